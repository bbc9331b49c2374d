"""The checks that candidates are ranked by. Pure functions over a branch, its brief and the scenes before it.

Each returns a score from 0 to 1, the key of its reason with the numbers in it, and a quotation; the desk turns the key
into a sentence (editorial/ranking.py). Nothing here hides a text: an editor decides.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from storyengine.generation.contradiction import Known, Told, deaths, find_contradictions
from storyengine.generation.nonsense import find_nonsense, known_words, scene_texts
from storyengine.generation.overlap import chunks, longest_shared, share_of_distinct, tokens
from storyengine.generation.prompt import Context, heading_of
from storyengine.generation.words import akin, sentences, takes_up, terms
from storyengine.plot.branch import BranchBeat, BranchScene
from storyengine.plot.headings import place_of

QUOTE = 160
MOST_QUOTED = 6
PAIR, SPAN = 2, 6  # words: what counts as variety, and what counts as repeating an earlier scene
CALL = 3  # words: "Row!" and "I am here." may well come twice


@dataclass(frozen=True, slots=True)
class Check:
    """One judgement. `reason` is a key of REASONS in editorial/ranking.py, `values` what is filled in there."""

    name: str
    score: float
    reason: str
    values: dict[str, Any] = field(default_factory=dict)
    quote: str = ""


def check_to_json(check: Check) -> dict[str, Any]:
    return asdict(check)


def follows_choice(scene: BranchScene, context: Context) -> Check:
    """Does the scene, its first half above all, speak of what was chosen?"""
    wanted = list(dict.fromkeys(terms(context.choice)))
    if not wanted:
        return Check("choice", 1.0, "choice.wordless")
    half = max(2, (len(scene.beats) + 1) // 2)
    early, quote = _found(wanted, [scene.heading, *(beat.text for beat in scene.beats[:half])])
    all_of_it, late_quote = _found(wanted, [scene.heading, *(beat.text for beat in scene.beats), scene.summary])
    score = (2 * len(early) + len(all_of_it)) / (3 * len(wanted))
    missing = [word for word in wanted if word not in all_of_it]
    values = {"found": len(all_of_it), "of": len(wanted), "missing": ", ".join(missing)}
    return Check("choice", score, "choice.all" if not missing else "choice.some", values, quote or late_quote)


def takes_up_wishes(scene: BranchScene, context: Context) -> Check:
    """What share of the audience's wishes, by their weight, is taken up?"""
    if not context.wishes:
        return Check("wishes", 1.0, "wishes.none")
    lines = [scene.heading, *(beat.text for beat in scene.beats), *scene.choices]
    taken, first = 0.0, ""
    names: list[str] = []
    for wish in context.wishes:
        wanted = terms(wish.text)
        found, quote = _found(wanted, lines)
        if wanted and 2 * len(found) >= len(wanted):
            taken += wish.weight * len(found) / len(wanted)
            names.append(wish.text)
            first = first or quote
    score = min(1.0, taken / max(1e-9, sum(wish.weight for wish in context.wishes)))
    values = {"taken": ", ".join(names), "found": len(names), "of": len(context.wishes)}
    return Check("wishes", score, "wishes.some" if names else "wishes.missed", values, first)


def avoids_unwanted(scene: BranchScene, context: Context) -> Check:
    """What share of what the audience does not want, by its weight, is done: all its words in one line or choice?"""
    if not context.unwanted:
        return Check("unwanted", 1.0, "unwanted.nothing")
    lines = [scene.heading, *(beat.text for beat in scene.beats), *scene.choices]
    done = {wish: line for wish in context.unwanted for line in reversed(lines) if takes_up(line, wish.text)}
    weight = sum(wish.weight for wish in context.unwanted)
    score = max(0.0, 1 - sum(wish.weight for wish in done) / max(1e-9, weight))
    values = {"done": ", ".join(wish.text for wish in done), "found": len(done), "of": len(context.unwanted)}
    quote = next(iter(done.values()), "")[:QUOTE]
    return Check("unwanted", score, "unwanted.some" if done else "unwanted.none", values, quote)


def repeats_nothing_earlier(scene: BranchScene, context: Context, earlier: Sequence[BranchScene] = ()) -> Check:
    """How much of it stood, word for word, in the scenes before?"""
    told = [text for one in earlier for text in (*(beat.text for beat in one.beats), one.summary)]
    before = tokens(" ".join([*told, context.last_scene, *context.so_far]))
    own = tokens(" ".join(beat.text for beat in scene.beats))
    known = set(chunks(before, SPAN))
    spans = chunks(own, SPAN)
    share = sum(span in known for span in spans) / max(1, len(spans))
    score = max(0.0, 1 - 3 * share)
    values = {"percent": round(100 * share)}
    return Check(
        "earlier", score, "earlier.some" if share else "earlier.none", values, longest_shared(own, before, SPAN)
    )


def contradicts_nothing(scene: BranchScene, context: Context, earlier: Sequence[BranchScene] = ()) -> Check:
    """Does it say anything that what is true on this path rules out, or let the dead speak?"""
    facts = tuple(Told(who, what, f"{who} {what}") for who, what in context.facts)
    names = [name for name, _ in context.characters]
    told = BranchScene("", tuple(BranchBeat("action", fact.quote) for fact in facts if not fact.is_saying))
    dead = deaths([*earlier, told], names)
    found = list(find_contradictions(scene, Known(facts, tuple(earlier), dead, context.language.startswith("zh"))))
    if not found:
        return Check("facts", 1.0, "facts.kept")
    worst = found[0]  # the dead come first
    values = {"number": len(found), "who": worst.told.who, "told": worst.told.quote[:QUOTE]}
    if worst.kind == "dead":
        return Check("facts", 0.0, "facts.dead", values, worst.quote[:QUOTE])
    return Check("facts", max(0.0, 1 - len(found) / 2), "facts.against", values, worst.quote[:QUOTE])


def varies(scene: BranchScene, context: Context) -> Check:
    """Does it say new things, or the same again? Distinct pairs of words, and sentences that come twice."""
    said = [one for beat in scene.beats if beat.kind != "parenthetical" for one in sentences(beat.text)]
    plain = [tokens(one) for one in said]
    distinct = share_of_distinct([word for one in plain for word in one], PAIR)
    again = [said[n] for n, one in enumerate(plain) if len(one) > CALL and one in plain[:n]]
    score = max(0.0, distinct - len(again) / max(1, len(said)))
    values = {"percent": round(100 * distinct), "again": len(again)}
    return Check("variety", score, "variety.again" if again else "variety.pairs", values, again[0] if again else "")


def keeps_voices_apart(scene: BranchScene, context: Context) -> Check:
    """Do several people speak, in turn, with words of their own?"""
    speech = [beat for beat in scene.beats if beat.kind == "dialogue"]
    voices = {name: {word for beat in speech if beat.character == name for word in terms(beat.text)} for name in
              dict.fromkeys(beat.character for beat in speech)}  # fmt: skip
    if len(speech) < 2 or (len(context.characters) < 2 and len(voices) < 2):
        return Check("voices", 1.0, "voices.few")
    if len(voices) == 1:
        return Check("voices", 0.2, "voices.one", {"who": speech[0].character}, speech[0].text)
    monologue = _answers_itself(scene.beats)
    names = list(voices)
    shared = [_alike(voices[a], voices[b]) for n, a in enumerate(names) for b in names[n + 1 :]]
    score = max(0.0, 1 - max(shared) - len(monologue) / len(speech))
    values = {"number": len(voices), "percent": round(100 * max(shared)), "alone": len(monologue)}
    reason = "voices.alone" if monologue else "voices.apart"
    return Check("voices", score, reason, values, monologue[0].text if monologue else "")


def offers_different_choices(scene: BranchScene, context: Context) -> Check:
    """Are there as many choices as were asked for, and do they lead to different things?"""
    labels = list(scene.choices)
    if not context.choices:
        return Check("choices", 1.0, "choices.ending")
    enough = min(1.0, len(labels) / context.choices)
    pairs = [
        (_alike(set(tokens(a)), set(tokens(b))), f"{a} / {b}") for n, a in enumerate(labels) for b in labels[n + 1 :]
    ]
    likest, quote = max(pairs, default=(0.0, ""))
    values = {"number": len(labels), "of": context.choices, "percent": round(100 * likest)}
    if len(labels) < context.choices:
        return Check("choices", enough * (1 - likest), "choices.few", values, quote)
    return Check("choices", 1 - likest, "choices.alike" if likest > 0.5 else "choices.apart", values, quote)


def keeps_length(scene: BranchScene, context: Context) -> Check:
    """Is it as long as was asked for?"""
    least, most = context.words
    words = scene.words
    off = max(least - words, words - most, 0)
    reason = "length.right" if not off else ("length.short" if words < least else "length.long")
    return Check("length", max(0.0, 1 - off / max(1, least)), reason, {"words": words, "least": least, "most": most})


def is_made_of_words(scene: BranchScene, context: Context) -> Check:
    """Is there a capital inside a word that nobody spells so, a syllable or a word over and over?"""
    known = known_words(bible_texts(context))
    found = [one for text in scene_texts(scene) for one in find_nonsense(text, known)]
    if not found:
        return Check("words", 1.0, "words.all")
    values = {"number": len(found), "quotes": ", ".join(dict.fromkeys(one.quote[:30] for one in found[:MOST_QUOTED]))}
    return Check("words", max(0.0, 1 - len(found) / 4), "words.nonsense", values, found[0].quote[:QUOTE])


def happens_in_a_place(scene: BranchScene, context: Context) -> Check:
    """Is it headed by a place of the story? A new one may be right; somebody's name is none."""
    place = place_of(scene.heading)
    known = {name.casefold() for name, _ in context.places} | {place_of(heading_of(context)).casefold()}
    if not place or place.casefold() in known:
        return Check("place", 1.0, "place.known", {"place": place})
    if place.casefold() in {name.casefold() for name, _ in context.characters}:
        return Check("place", 0.0, "place.person", {"place": place}, scene.heading[:QUOTE])
    return Check("place", 0.5, "place.new", {"place": place}, scene.heading[:QUOTE])


def keeps_persons_apart(scene: BranchScene, context: Context) -> Check:
    """Does nobody meet themself: named twice in one sentence of action, or called by their own name as they speak?

    Not judged in Chinese, which repeats a name where English has a pronoun.
    """
    names = {} if context.language.startswith("zh") else _forms([name for name, _ in context.characters])
    found = [one for beat in scene.beats for one in sentences(beat.text) if _meets_themself(one, beat, names)]
    if not found:
        return Check("persons", 1.0, "persons.apart")
    return Check("persons", max(0.0, 1 - len(found) / 3), "persons.same", {"number": len(found)}, found[0][:QUOTE])


def _forms(names: Sequence[str]) -> dict[str, str]:
    """How each person is named, as a pattern: the whole name, or a part of it that is nobody else's and no "the"."""
    parts = Counter(part for name in names for part in set(name.split()))
    known = {name: [name, *(part for part in name.split() if parts[part] == 1 and terms(part))] for name in names}
    return {
        name: "|".join(re.escape(form) for one in forms for form in dict.fromkeys([one, one.title(), one.upper()]))
        for name, forms in known.items()
    }


def _meets_themself(sentence: str, beat: BranchBeat, names: dict[str, str]) -> bool:
    if beat.kind == "action":
        return any(len(re.findall(rf"\b(?:{form})\b", sentence)) > 1 for form in names.values())
    form = next((form for name, form in names.items() if name.casefold() == beat.character.casefold()), "")
    return bool(form and re.search(rf"^(?:{form}),|, (?:{form})(?:[,.!?]|$)", sentence))


CHECKS: tuple[Callable[[BranchScene, Context], Check], ...] = (
    follows_choice, takes_up_wishes, avoids_unwanted, varies, keeps_voices_apart, offers_different_choices,
    keeps_length, is_made_of_words, happens_in_a_place, keeps_persons_apart,
)  # fmt: skip
PATH_CHECKS: tuple[Callable[[BranchScene, Context, Sequence[BranchScene]], Check], ...] = (
    repeats_nothing_earlier, contradicts_nothing,
)  # fmt: skip


def bible_texts(context: Context) -> list[str]:
    """All that the writer was told in somebody else's words: how names and things are spelt here."""
    named = (*context.characters, *context.places, *context.facts)
    return [
        context.title, context.tone, context.logline, *context.rules, *context.outline, *context.lore,
        *(text for pair in named for text in pair),
        *context.so_far, context.last_scene, *context.threads, context.choice, context.directive, context.note,
        *(wish.text for wish in (*context.wishes, *context.unwanted)),
    ]  # fmt: skip


def _found(wanted: Sequence[str], lines: Sequence[str]) -> tuple[set[str], str]:
    """Which of the words the lines hold (in any ending), and the line that holds most of them."""
    found: set[str] = set()
    best, quote = 0, ""
    for line in lines:
        here = {word for word in wanted if any(akin(word, other) for other in terms(line))}
        found |= here
        if len(here) > best:
            best, quote = len(here), line[:QUOTE]
    return found, quote


def _answers_itself(beats: Sequence[BranchBeat]) -> list[BranchBeat]:
    """Speeches that follow one of the same character with nothing in between."""
    return [
        later
        for before, later in itertools.pairwise(beats)
        if before.kind == later.kind == "dialogue" and before.character == later.character
    ]


def _alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))
