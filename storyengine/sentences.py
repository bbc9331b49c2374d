"""Every sentence that explains a draft, stored as a code with its values and said in the language of whoever reads it.

`say("answer.stuck")` is such a sentence, `stored` its text for a column, `in_words` the column's text for a page. What
was stored in English before there were codes, and what a model's process still says in English, is read as the same.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from storyengine.errors import CATALOGUE, bracketed

MOST = 300  # characters of a column
MOST_VALUE = 80
Value = str | int

SENTENCES: dict[str, Promise] = {
    # why a text is no branch
    "branch.none": _("%(field)s: at least one is needed"),
    "branch.same": _("%(field)s: two say the same"),
    "branch.kind": _("kind: %(kind)s is none of %(kinds)s"),
    "branch.no_object": _("%(field)s: an object is needed"),
    "branch.no_list": _("%(field)s: a list is needed"),
    "branch.no_text": _("%(field)s: text is needed"),
    "branch.empty": _("%(field)s: is empty"),
    "branch.too_long": _("%(field)s: %(number)s characters are too many, %(most)s at most"),
    "branch.too_many": _("%(field)s: %(number)s are too many, %(most)s at most"),
    # why marks are no path
    "path.number": _("between 1 and %(most)s steps are needed"),
    "path.mark": _("a step is a scene's number, or a choice's with a c before it"),
    "path.no_scene": _("step %(position)s is no scene of this story"),
    "path.apart": _("no choice of the scene before leads to step %(position)s"),
    # why nobody should have to read an answer
    "answer.no_json": _("not one JSON object"),
    "answer.no_choice": _("choices: none leads on"),
    "answer.choices": _("choices: %(number)s instead of %(wanted)s"),
    "answer.stranger": _("%(name)s speaks, whom nobody has introduced"),
    "answer.says_nothing": _("a heading, a choice or the scene says nothing"),
    "answer.stuck": _("one word over and over"),
    # what did not go as asked
    "remark.cut": _("cut to fit: %(parts)s"),
    "remark.memory": _("out of memory: %(rows)s at once instead of %(wanted)s"),
    "remark.asked": _("asked %(rounds)s times for %(wanted)s"),
    "remark.adapter": _("written without the adapter: %(refusal)s"),
    "limit.one_row": _("one answer at a time does not fit either"),
    "limit.window": _("%(tokens)s tokens of %(window)s"),
    # what a model thinks of a text
    "judge.contradicts": _("contradicts what happened: %(percent)s%%"),
    "judge.voice": _("somebody is out of voice: %(percent)s%%"),
    "judge.choice": _("ignores the choice: %(percent)s%%"),
    # what the audit log says of itself
    "audit.elsewhere": _("the vote went elsewhere"),
    "audit.directed": _("the showrunner asked for another end of the scene"),
    "audit.went_on": _("the story went on"),
}
# The parts of a branch and of a brief, where a sentence names one.
PARTS: dict[str, Promise] = {
    "branch": _("branch"), "scenes": _("scenes"), "scene": _("scene"), "beats": _("beats"), "beat": _("beat"),
    "choices": _("choices"), "choice": _("choice"), "heading": _("heading"), "summary": _("summary"),
    "text": _("text"), "character": _("character"), "threads": _("open questions"), "facts": _("facts"),
    "so_far": _("what happened so far"), "places": _("what places look like"),
    "outline": _("where the story should go"), "lore": _("lore"), "wishes": _("wishes"),
    "unwanted": _("what is not wanted"),
    "characters": _("who people are"), "earlier_draft": _("the earlier draft"), "last_scene": _("the last scene"),
}  # fmt: skip
SPECIFIER = re.compile(r"%\((\w+)\)s")
CODE = re.compile(r"[a-z]+\.[a-z_]+(?=$|; | \{)")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence by its code. `str` says it in the language that is active then."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(SENTENCES[self.code]) % {key: _worded(key, value) for key, value in self.values.items()}


def say(code: str, **values: Value) -> Said:
    """A code that is not in SENTENCES is a programming error and raises KeyError."""
    SENTENCES[code]
    return Said(code, {key: one[:MOST_VALUE] if isinstance(one, str) else one for key, one in values.items()})


def stored(*what: Said | str) -> str:
    """One sentence or several as a column keeps them: codes with values, plain text as it is, as many as fit."""
    kept = ""
    for one in (one for one in what if one):
        longer = f"{kept}; {_coded(one)}" if kept else _coded(one)
        if len(longer) > MOST and isinstance(one, Said):
            break
        kept = longer
    return kept[:MOST]


def reason_of(detail: Mapping[str, object]) -> str:
    """A refusal's reason as a column keeps it; empty where it has none."""
    reason = detail.get("reason", "")
    return stored(reason if isinstance(reason, Said) else str(reason))


def read(text: str) -> list[Said | str]:
    """The inverse of `stored`; text that is no sentence of ours stays as it is."""
    return list(_read(text))


def in_words(text: str) -> str:
    """What a column says, in the language that is active now."""
    return gettext("; ").join(_spoken(one) for one in _read(text))


def refusal_in_words(code: str, reason: str = "") -> str:
    """A stored refusal as `Refused` would say it; a code that this version does not know is left out."""
    return bracketed(str(CATALOGUE[code].message) if code in CATALOGUE else "", in_words(reason))


def _spoken(one: Said | str) -> str:
    """Where only a refusal's code was kept, that refusal's sentence."""
    return str(CATALOGUE[one].message) if isinstance(one, str) and one in CATALOGUE else str(one)


def _coded(one: Said | str) -> str:
    if isinstance(one, str):
        return one
    values = json.dumps(dict(one.values), ensure_ascii=False, separators=(",", ":"))
    return f"{one.code} {values}" if one.values else one.code


def _read(text: str) -> Iterator[Said | str]:
    at = 0
    while at < len(text):
        one, at = _next(text, at)
        yield one
        at += len("; ")


def _next(text: str, at: int) -> tuple[Said | str, int]:
    """The sentence that begins here, and where it ends."""
    found = CODE.match(text, at)
    if found and found.group() in SENTENCES:
        try:
            return _with_values(found.group(), text, found.end())
        except (ValueError, KeyError, TypeError):
            pass  # cut off, or by another version
    end = text.find("; ", at)
    end = len(text) if end < 0 else end
    return _recognised(text[at:end]), end


def _with_values(code: str, text: str, at: int) -> tuple[Said, int]:
    values, end = json.JSONDecoder().raw_decode(text, at + 1) if text.startswith(" {", at) else ({}, at)
    said = Said(code, values)
    str(said)
    return said, end


def _recognised(plain: str) -> Said | str:
    for code, form in _forms():
        if found := form.fullmatch(plain):
            return Said(code, found.groupdict())
    return plain


@cache
def _forms() -> list[tuple[str, re.Pattern[str]]]:
    """Each sentence as it is said in English, with any values."""
    with override("en"):
        english = {code: str(sentence) for code, sentence in SENTENCES.items()}
    return [(code, re.compile(_form(sentence), re.DOTALL)) for code, sentence in english.items()]


def _form(sentence: str) -> str:
    pieces = SPECIFIER.split(sentence)  # text, name, text, name, ..., text
    named = [f"(?P<{piece}>.+)" if number % 2 else re.escape(piece % ()) for number, piece in enumerate(pieces)]
    return "".join(named)


def _worded(key: str, value: Value) -> str:
    """Parts by their names, a refusal by its sentence, all else as it is."""
    text = str(value)
    if key in ("field", "parts"):
        separator = gettext(", ")
        return separator.join(str(PARTS.get(part, part)) for part in text.split(", "))
    if key == "refusal":
        return refusal_in_words(*text.partition(" ")[::2]) or text
    return text
