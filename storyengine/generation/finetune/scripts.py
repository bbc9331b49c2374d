"""A screenplay becomes examples: each stretch of a scene is the answer to a prompt that tells what came before.

Prompt and answer are the writer's own (prompt.py, parse.py). A script has no votes and no choices, so the choice is
what the scene begins with, in the script's own words, and the answer's one choice is how the next scene begins: what
is learnt is to follow a choice in this team's way of writing. Nothing is made up: where the writer plans, the plan is
told in the script's own sentences, too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from storyengine.generation.parse import MAX_BEAT_TEXT, MAX_BEATS, MIN_BEATS, write_answer
from storyengine.generation.plan import MAX_BEAT, MAX_CHANGE, MAX_WANT, MOST_BEATS, MOST_WANTS, Plan, Want
from storyengine.generation.prompt import Context, messages, scene_text
from storyengine.generation.words import sentences
from storyengine.plot.branch import SPOKEN, BranchBeat, BranchScene, one_line, played
from storyengine.plot.headings import place_of
from storyengine.script.screenplay import Screenplay, ScriptScene, name_of

MOST_HEADING, MOST_CHOICE, MOST_SUMMARY = 60, 80, 240  # as parse.answer_schema bounds them
MOST_NAMES, MOST_PLACES, MOST_PAST = 12, 8, 6
HAN = re.compile("[\u4e00-\u9fff]")


def lines_of(script: Screenplay, *, plans: bool) -> Iterator[dict[str, Any]]:
    """Lines for SFT, in the script's order: one for each stretch but the first, which has nothing before it.

    A stretch too short to be a branch is told as the past and not learnt from. `plans`: whether the writer that is to
    learn plans first (its prompt asks for it); a stretch in which nobody speaks has no plan.
    """
    told = [stretch for scene in script.scenes for stretch in _stretches(scene, script.title)]
    bible = _bible(script)
    for at in range(1, len(told)):
        if len(told[at].beats) >= MIN_BEATS:
            following = told[at + 1 : at + 2]
            scene = replace(told[at], choices=tuple(_opening(one) for one in following))
            plan = _plan(scene) if plans else None
            context = replace(_context(bible, told[:at], scene), plan=plan is not None)
            answer = write_answer(scene, context, plan)
            yield {"prompt": messages(context), "completion": [{"role": "assistant", "content": answer}]}


def _context(bible: Context, past: Sequence[BranchScene], scene: BranchScene) -> Context:
    words = max(20, scene.words // 10 * 10)
    return replace(
        bible,
        so_far=tuple(one.summary for one in past[-1 - MOST_PAST : -1]),
        last_scene=scene_text(past[-1]),
        choice=_opening(scene),
        words=(words, words + 20),
        choices=len(scene.choices),
    )


def _bible(script: Screenplay) -> Context:
    """Who speaks most and where it happens; of people what the script says where it first names them."""
    cues = [name_of(beat.character) for scene in script.scenes for beat in scene.beats if beat.kind == "dialogue"]
    names = sorted(dict.fromkeys(filter(None, cues)), key=lambda name: -cues.count(name))[:MOST_NAMES]
    places = dict.fromkeys(place_of(scene.heading) for scene in script.scenes if scene.heading)
    actions = [beat.text for scene in script.scenes for beat in scene.beats if beat.kind == "action"]
    text = "".join(actions)
    return Context(
        title=script.title,
        language=script.language or ("zh-hans" if len(HAN.findall(text)) * 5 > len(text) else "en"),
        tone="",
        logline="",
        rules=(),
        characters=tuple((name, _introduced(name, actions)) for name in names),
        places=tuple((place, "") for place in list(filter(None, places))[:MOST_PLACES]),
        so_far=(),
        last_scene="",
        choice="",
    )


def _introduced(name: str, actions: Sequence[str]) -> str:
    found = next((text for text in actions if name.casefold() in text.casefold()), "")
    return next((one[:MOST_SUMMARY] for one in sentences(one_line(found)) if name.casefold() in one.casefold()), "")


def _stretches(scene: ScriptScene, title: str) -> Iterator[BranchScene]:
    """The scene in pieces that a branch can hold; a piece ends before a cue, so that no speech is torn."""
    beats = [piece for beat in played(scene.beats) for piece in _writable(beat)]
    heading = one_line(scene.heading or title)[:MOST_HEADING]
    synopsis = next((one_line(beat.text) for beat in scene.beats if beat.kind == "synopsis"), "")
    while beats:
        end = min(len(beats), MAX_BEATS)
        while MIN_BEATS < end < len(beats) and beats[end - 1].kind == "parenthetical":
            end -= 1
        piece, beats = tuple(beats[:end]), beats[end:]
        summary = (synopsis or _told(piece))[:MOST_SUMMARY]
        yield BranchScene(heading or "…", piece, (), summary)
        synopsis = ""


def _writable(beat: BranchBeat) -> Iterator[BranchBeat]:
    """The beat as kinds and lengths that an answer may have; a transition belongs to no scene and goes."""
    speaks = beat.kind in SPOKEN or (beat.kind == "lyric" and beat.character)
    if beat.kind == "transition" or (speaks and not name_of(beat.character)):
        return
    kind = "parenthetical" if beat.kind == "parenthetical" else "dialogue" if speaks else "action"
    for text in _sentences(one_line(beat.text), MAX_BEAT_TEXT):
        yield BranchBeat(kind, text, name_of(beat.character) if speaks else "")  # type: ignore[arg-type]


def _sentences(text: str, most: int) -> list[str]:
    """Whole sentences gathered up to so many characters; one that is longer is cut at a space."""
    gathered: list[str] = []
    for words in sentences(text):
        if gathered and words and len(gathered[-1]) + 1 + len(words) <= most:
            gathered[-1] += ("" if HAN.match(words) else " ") + words
            continue
        while len(words) > most:
            cut = words.rfind(" ", 0, most)
            cut = cut if cut > most // 2 else most
            gathered.append(words[:cut].strip())
            words = words[cut:].strip()
        gathered += [words] if words else []
    return gathered


def _told(beats: Sequence[BranchBeat]) -> str:
    """How the stretch begins and ends, in its own words: what a writer's assistant would note down."""
    actions = [beat.text for beat in beats if beat.kind == "action"] or [beat.text for beat in beats]
    ends = [*sentences(actions[0])[:1], *sentences(actions[-1])[-1:]]
    return " ".join(dict.fromkeys(ends)) or actions[0]


def _plan(scene: BranchScene) -> Plan | None:
    """What a writer who had planned this stretch would have noted: how each speaker begins, the actions, the end."""
    spoken = [beat for beat in scene.beats if beat.kind == "dialogue"]
    first = {beat.character: beat.text for beat in reversed(spoken)}
    speakers = list(dict.fromkeys(beat.character for beat in spoken))[:MOST_WANTS]
    if not speakers:
        return None
    wants = tuple(Want(name, _short(first[name], MAX_WANT)) for name in speakers)
    actions = [beat for beat in scene.beats if beat.kind == "action"]
    told = actions if len(actions) > 1 else [beat for beat in scene.beats if beat.kind != "parenthetical"]
    every = -(-len(told) // MOST_BEATS)
    last = sentences(told[-1].text)
    change = last[-1] if last else told[-1].text
    return Plan(wants, tuple(_short(beat.text, MAX_BEAT) for beat in told[::every]), _short(change, MAX_CHANGE))


def _opening(scene: BranchScene) -> str:
    """What happens first, as a choice would say it."""
    first = next((beat for beat in scene.beats if beat.kind == "action"), scene.beats[0])
    return _short(first.text, MOST_CHOICE)


def _short(text: str, most: int) -> str:
    """The first sentence, cut at a space where it is longer than that."""
    sentence = next(iter(sentences(text)), text)
    if len(sentence) <= most:
        return sentence
    cut = sentence.rfind(" ", 0, most)
    return sentence[: cut if cut > 0 else most]
