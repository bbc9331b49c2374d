"""A model's text becomes a Branch, or a coded error; and the JSON schema that holds a model to it."""

import json
import re
from typing import Any

from storyengine.errors import Refused
from storyengine.generation.nonsense import is_uttered
from storyengine.generation.plan import Plan, bounded_text, closed_object, plan_schema, plan_to_json
from storyengine.generation.prompt import Context, capitals_of, heading_of, in_prose
from storyengine.generation.spelling import all_as_prose, in_the_storys_spelling
from storyengine.plot.branch import Branch, BranchScene, beats_to_json, scene_from_json
from storyengine.plot.headings import is_slugline
from storyengine.sentences import say

# A scene of 220 words is 6 to 18 beats; the bounds keep even a random model's answer finite.
MIN_BEATS, MAX_BEATS = 4, 20
MAX_BEAT_TEXT = 280
ANSWER_KINDS = ("action", "dialogue", "parenthetical")
STUCK = re.compile(r"(?i)\b(\w+)(?:\W+\1\b){3,}")  # the same word four times in a row
TWICE = re.compile(r"^(?P<setting>(?:INT|EXT)\. )(?P=setting)+")  # as a small model writes it where it knows no place
# Where the last scene was headed so. Plain enough for every server that reads patterns; 60 characters at most.
HEADING = r"^(INT|EXT|INT\./EXT)\. [^ ].{1,47}$"
WORDS_OF_A_LAUGH = 5  # so often people say "ha" or "no"; past that they are stuck, too


def answer_schema(context: Context) -> dict[str, Any]:
    """The JSON schema of an answer to this brief: every string and list bounded, keys in a fixed order.

    Where the brief asks for a plan: first the plan, then the choices that the scene is to lead to, then the scene, so
    that what is planned is written. Else the scene, then its choices.
    Who may speak is a list: the story's characters. A model that wants somebody new names them in an
    action first, and an editor adds them to the story.
    """
    names = [name for name, _ in in_prose(context).characters]
    plain = closed_object({"kind": {"enum": ["action"]}, "text": bounded_text(MAX_BEAT_TEXT)})
    spoken = closed_object(
        {
            "kind": {"enum": ["dialogue", "parenthetical"]},
            "character": {"enum": names} if names else bounded_text(30),
            "text": bounded_text(MAX_BEAT_TEXT),
        }
    )
    choices = {
        "type": "array",
        "minItems": context.choices,
        "maxItems": context.choices,
        "items": bounded_text(80),
    }
    scene = {
        "heading": {"type": "string", "pattern": HEADING} if is_slugline(heading_of(context)) else bounded_text(60),
        "beats": {
            "type": "array",
            "minItems": MIN_BEATS,
            "maxItems": MAX_BEATS,
            "items": {"anyOf": [plain, spoken]},
        },
    }
    summary = {"summary": bounded_text(240)}
    if context.plan:
        return closed_object({"plan": plan_schema(names), "choices": choices} | scene | summary)
    return closed_object(scene | {"choices": choices} | summary)


def parse_answer(text: str, context: Context) -> Branch:
    """The one-scene branch that an answer holds.

    Raises Refused("writer.answer_invalid") for anything else. Choices that say the same or nothing, and beats that say
    nothing, are dropped rather than refused: an editor mends what is missing faster than a model writes a new scene,
    and a schema that forbids a text of blanks is not one that every server reads. A heading that says
    "INT." twice says it once; cues and heading are spelt as the story spells its names.
    """
    try:
        data = _object_in(text)
        data["choices"] = _distinct(data.get("choices"))
        if isinstance(data.get("beats"), list):
            data["beats"] = [beat for beat in data["beats"] if not _is_blank(beat)]
        if isinstance(data.get("heading"), str):
            data["heading"] = TWICE.sub(r"\g<setting>", data["heading"])
        if is_stuck(str(data.get("summary", ""))):
            data["summary"] = ""  # memory falls back to the heading
        scene = in_the_storys_spelling(scene_from_json(data), dict(context.characters), dict(context.places))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Refused("writer.answer_invalid", reason=say("answer.no_json")) from error
    except Refused as refused:
        raise Refused("writer.answer_invalid", **refused.detail) from refused
    if context.choices and not scene.choices:
        raise Refused("writer.answer_invalid", reason=say("answer.no_choice"))
    return Branch((scene,))


def write_answer(scene: BranchScene, context: Context, plan: Plan | None = None) -> str:
    """The text that a model would have to answer to this context to have written this scene: `parse_answer` undone.

    Compact, keys in the order of `answer_schema`, as the writer's grammar holds a model to it. Beats of a kind that
    the schema does not know (an editor's transition) are left out.
    """
    beats = beats_to_json(beat for beat in scene.beats if beat.kind in ANSWER_KINDS)
    choices = {"choices": list(scene.choices)}
    written = {"heading": scene.heading, "beats": beats}
    planned = {"plan": plan_to_json(plan)} | choices | written if plan else written | choices
    told = all_as_prose(planned | {"summary": scene.summary}, capitals_of(context))
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def check_readable(branch: Branch) -> None:
    """Refuse what no editor should have to read: a choice or heading without a word, one word over and over.

    A pause ("…") is a beat; a scene most of whose beats are signs alone says nothing, as a small model writes it
    where a story has nobody to speak and no place.
    Raises Refused("writer.answer_invalid"); the writer then tries again with another seed.
    """
    for scene in branch.scenes:
        lines = [scene.heading, *scene.choices]
        worded = sum(any(ch.isalnum() for ch in beat.text) for beat in scene.beats)
        if any(sum(ch.isalpha() for ch in line) < 2 for line in lines) or 2 * worded < len(scene.beats):
            raise Refused("writer.answer_invalid", reason=say("answer.says_nothing"))
        for beat in scene.beats:
            if is_stuck(beat.text):
                raise Refused("writer.answer_invalid", reason=say("answer.stuck"))


def check_asked(text: str, branch: Branch, context: Context) -> None:
    """Hold an answer to what `answer_schema` makes sure of, for a server may not have used it.

    As many choices as were asked for, counted before those that say the same are dropped; and nobody speaks who is
    neither one of the story's characters nor named by the last scene or before in this one. `branch` is what
    `parse_answer` made of the text. Raises Refused("writer.answer_invalid"); the writer then tries again.
    """
    number = len(_object_in(text)["choices"])
    if number != context.choices:
        raise Refused("writer.answer_invalid", reason=say("answer.choices", number=number, wanted=context.choices))
    known = {name.casefold() for name, _ in context.characters}
    before = context.last_scene.casefold()
    for beat in branch.scenes[0].beats if known else ():
        name = beat.character.partition("(")[0].strip().casefold()  # "ODA (V.O.)"
        if name and name not in known and name not in before:
            raise Refused("writer.answer_invalid", reason=say("answer.stranger", name=beat.character))
        before += "\n" + beat.text.casefold()


def is_stuck(text: str) -> bool:
    """Whether one word comes over and over, more often than anybody would say it."""
    runs = [(match[1], len(re.findall(r"\w+", match.group()))) for match in STUCK.finditer(text)]
    return any(times > WORDS_OF_A_LAUGH or not is_uttered(word) for word, times in runs)


def _object_in(text: str) -> Any:
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def _distinct(labels: Any) -> list[str]:
    if not isinstance(labels, list):
        raise TypeError("choices")
    said = {" ".join(label.split()).casefold(): label for label in reversed(labels)}
    said.pop("", None)
    return list(said.values())[::-1]


def _is_blank(beat: Any) -> bool:
    return isinstance(beat, dict) and isinstance(beat.get("text"), str) and beat["text"].isspace()
