"""Who sounds like somebody else. Modest: it counts, it does not listen; too little to count and it says nothing."""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from storyengine.editorial.checks.finding import Finding
from storyengine.editorial.checks.ground import Ground
from storyengine.editorial.checks.words import sentences, spans, tokens
from storyengine.plot.branch import Branch

LEAST_SPEECHES, LEAST_WORDS = 5, 40  # of a character's earlier lines before anything is said of their manner
FAR = 2.6  # times as long or as short as they usually are
PHRASE = 4  # words that only one person has used so far


def check_voice(branch: Branch, ground: Ground) -> Iterator[Finding]:
    lines: dict[str, list[str]] = defaultdict(list)
    for scene in ground.earlier:
        for beat in scene.beats:
            if beat.kind == "dialogue":
                lines[beat.character.casefold()].append(beat.text)
    usual = {who: _a_sentence(said) for who, said in lines.items() if _enough(said)}
    phrases = _phrases(lines)
    for index, beat in enumerate(branch.scenes[0].beats):
        if beat.kind != "dialogue":
            continue
        who, said = beat.character.casefold(), _a_sentence([beat.text])
        if who in usual and len(tokens(beat.text)) >= 8 and not usual[who] / FAR <= said <= usual[who] * FAR:
            values = {"who": beat.character, "usual": round(usual[who]), "said": round(said)}
            why = _("words a sentence of %(who)s: about %(usual)d as a rule, %(said)d here") % values
            yield Finding("voice", "beat", index, 0, len(beat.text), beat.text, why, 1)
        yield from _borrowed(index, beat.character, beat.text, phrases)


def _borrowed(index: int, name: str, text: str, phrases: dict[tuple[str, ...], tuple[str, str]]) -> Iterator[Finding]:
    placed = spans(text)
    for at in range(len(placed) - PHRASE + 1):
        run = placed[at : at + PHRASE]
        owner, line = phrases.get(tuple(word for word, _s, _e in run), ("", ""))
        if owner and owner != name.casefold():
            start, end = run[0][1], run[-1][2]
            why = _("so far these were the words of %(who)s") % {"who": owner.upper()}
            yield Finding("voice", "beat", index, start, end, text[start:end], why, 1, line)
            return


def _phrases(lines: dict[str, list[str]]) -> dict[tuple[str, ...], tuple[str, str]]:
    """Runs of words that exactly one character has said, with who and where; what two have said is nobody's."""
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for who, said in lines.items():
        for line in said:
            words = tokens(line)
            for at in range(len(words) - PHRASE + 1):
                run = tuple(words[at : at + PHRASE])
                owner = found.get(run, (who, line))[0]
                found[run] = (who if owner == who else "", line)
    return found


def _enough(said: list[str]) -> bool:
    return len(said) >= LEAST_SPEECHES and sum(len(tokens(line)) for line in said) >= LEAST_WORDS


def _a_sentence(said: list[str]) -> float:
    counts = [len(tokens(sentence)) for line in said for sentence in sentences(line)]
    return sum(counts) / len(counts) if counts else 0.0
