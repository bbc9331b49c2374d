"""Words of concern by rule and strength, in English and Chinese; loaded once, matched as one expression a rule."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "lexicons"
GRADED = ("violence", "sex", "language", "drugs", "slurs", "self_harm", "brands", "public_figures")
NEGATED_WITHIN = 24  # characters before a word in which a negation still governs it
CLAUSE = re.compile(r"[.!?;:，。！？；：]")


@dataclass(frozen=True, slots=True)
class Match:
    start: int
    end: int
    strength: int
    negated: bool


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words; `graded` holds (strength, expression) a rule, strongest first."""

    graded: dict[str, tuple[tuple[int, re.Pattern[str]], ...]]
    stereotypes: tuple[re.Pattern[str], ...]
    excepted: re.Pattern[str]
    negators: re.Pattern[str]

    def matches(self, rule: str, text: str) -> Iterator[Match]:
        """Every word of the rule in the text, the strongest reading of each place; harmless phrases are skipped."""
        spared = [found.span() for found in self.excepted.finditer(text)]
        seen: list[tuple[int, int]] = []
        for strength, expression in self.graded[rule]:
            for found in expression.finditer(text):
                if _touches(found.span(), spared) or _touches(found.span(), seen):
                    continue
                seen.append(found.span())
                yield Match(found.start(), found.end(), strength, self.is_negated(text, found.start()))

    def is_negated(self, text: str, start: int) -> bool:
        """Whether the clause says that it is not so ("nobody was killed"): noted, for it may still be a concern."""
        before = CLAUSE.split(text[max(0, start - NEGATED_WITHIN) : start])[-1]
        return bool(self.negators.search(before))


@lru_cache
def load_lexicon(language: str) -> Lexicon:
    """The lexicon of a language, Chinese for any "zh", English for any other that we have no words of."""
    name = "zh-hans" if language.startswith("zh") else "en"
    data: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    plain = name == "zh-hans"
    negators = _split(data["negators"])
    denied = phrases(negators, plain=True) if plain else re.compile(rf"(?i)\b(?:{'|'.join(negators)})\b|n['’]t\b")
    return Lexicon(
        {rule: _graded(data[rule], plain=plain) for rule in GRADED},
        tuple(re.compile(text, re.IGNORECASE) for text in data["stereotypes"]),
        phrases(tuple(data["except"]), plain=plain),
        denied,
    )


def _graded(words: dict[str, str], *, plain: bool) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """The rule's expressions, the strongest first."""
    return tuple((int(key), phrases(_split(words[key]), plain=plain)) for key in "321" if key in words)


@lru_cache(maxsize=256)
def phrases(words: tuple[str, ...], *, plain: bool) -> re.Pattern[str]:
    """One expression for many words: whole words where words have edges, `*` for any ending; `plain` for Chinese."""
    if not words:
        return re.compile(r"(?!)")
    longest_first = sorted(words, key=len, reverse=True)
    if plain:
        return re.compile("|".join(map(re.escape, longest_first)))
    return re.compile(rf"(?i)(?<![\w])(?:{'|'.join(map(_expression, longest_first))})(?![\w])")


def _expression(word: str) -> str:
    plain = re.escape(word.rstrip("*")).replace("'", "['’]").replace(r"\ ", r"\s+")
    return plain + (r"\w*" if word.endswith("*") else "")


def _split(text: str) -> tuple[str, ...]:
    """Words between spaces; a phrase stands in single quotes, in which an apostrophe is one between letters."""
    protected = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    lexer = shlex.shlex(protected, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    return tuple(word.replace("’", "'").replace("_", " ") for word in lexer)


def _touches(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
