"""A brief's content becomes the prompt: pure, from stable to volatile, so that a prefix can be reused.

The order is fixed: rules, bible, what happened, the last scene, then what differs from choice to choice
(the audience, the choice, the request). The box model is trained on exactly these words.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from storyengine.plot.branch import BranchBeat, BranchScene, played

LANGUAGES = {"en": "English", "zh-hans": "Simplified Chinese"}

RULES = (
    "You write a live screenplay, one scene at a time. Write the scene that follows from the choice. "
    "Keep to the characters, their voices, the rules and what has happened. Take up what the audience "
    "wants where the story allows it. Answer with one JSON object: heading, beats, choices, summary."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What several guests ask for, as a digest: never a guest's own sentence.

    `guests` counts people, one voice each; `weight` is the formula's result (generation/brief.py).
    """

    text: str
    guests: int
    weight: float
    comments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """All that a writer is told about one branch. Stored whole in the brief's row."""

    title: str
    language: str
    tone: str
    logline: str
    rules: tuple[str, ...]
    characters: tuple[tuple[str, str], ...]  # (name, who they are and how they talk)
    places: tuple[tuple[str, str], ...]
    so_far: tuple[str, ...]  # summaries of the path, oldest first, without the last scene
    last_scene: str  # the last scene in full, as `scene_text` writes it
    choice: str
    wishes: tuple[Wish, ...] = ()
    votes: tuple[int, int] | None = None  # (for this choice, in all); None while the poll is open
    words: tuple[int, int] = (120, 220)
    choices: int = 3  # how many choices the scene ends on; 0 asks for an ending
    directive: str = ""
    earlier_draft: str = ""
    note: str = ""  # what the editor wants changed in the earlier draft


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the prompt; its name says how stable it is and what the context viewer calls it."""

    name: Literal["rules", "bible", "memory", "scene", "audience", "choice", "request"]
    text: str


def context_from_json(data: dict[str, Any]) -> Context:
    """The inverse of `dataclasses.asdict`, with JSON's lists made tuples again."""
    plain = {key: _tuples(value) for key, value in data.items() if key != "wishes"}
    wishes = tuple(
        Wish(wish["text"], wish["guests"], wish["weight"], tuple(wish["comments"])) for wish in data["wishes"]
    )
    return Context(**plain, wishes=wishes)


def context_to_json(context: Context) -> dict[str, Any]:
    return asdict(context)


def segments(context: Context) -> tuple[Segment, ...]:
    """The prompt's parts in order; empty parts are left out, and joining all texts gives the prompt."""
    parts: list[Segment] = [Segment("rules", RULES), Segment("bible", _bible(context))]
    if context.so_far:
        parts.append(Segment("memory", "# SO FAR\n" + _bullets(context.so_far)))
    parts.append(Segment("scene", f"# LAST SCENE\n{context.last_scene}\n\n"))
    if context.wishes or context.votes:
        parts.append(Segment("audience", _audience(context)))
    parts.append(Segment("choice", f"# CHOICE\n{context.choice}\n\n"))
    parts.append(Segment("request", _request(context)))
    return tuple(parts)


def messages(context: Context) -> list[dict[str, str]]:
    """The prompt as chat messages: the rules as the system's, all else as the user's."""
    rules, *rest = segments(context)
    return [
        {"role": "system", "content": rules.text},
        {"role": "user", "content": "".join(part.text for part in rest)},
    ]


def scene_text(scene: BranchScene) -> str:
    """A scene as the prompt shows it: heading, then one line a beat, `NAME: (softly) words` for speech."""
    return "\n".join([scene.heading, *_lines(played(scene.beats))])


def _lines(beats: Iterable[BranchBeat]) -> Iterable[str]:
    aside = ""
    for beat in beats:
        if beat.kind == "parenthetical":
            aside = f"({beat.text.strip('()')}) "
        elif beat.kind == "dialogue":
            yield f"{beat.character}: {aside}{beat.text}"
            aside = ""
        else:
            yield beat.text


def _bible(context: Context) -> str:
    head = [
        f"# {context.title}",
        f"Language: {LANGUAGES.get(context.language, context.language)}",
        f"Tone: {context.tone}",
        f"Logline: {context.logline}",
    ]
    text = "\n".join(head) + "\nRules:\n" + _bullets(context.rules).rstrip("\n")
    text += "\nCharacters:\n" + _named(context.characters) + "\nPlaces:\n" + _named(context.places)
    return text + "\n\n"


def _audience(context: Context) -> str:
    lines = ["# AUDIENCE"]
    if context.votes:
        lines.append(f"Votes: {context.votes[0]} of {context.votes[1]}")
    if context.wishes:
        lines.append("Wishes:")
        lines += [f"- {wish.text} ({wish.guests})" for wish in context.wishes]
    return "\n".join(lines) + "\n\n"


def _request(context: Context) -> str:
    lines = ["# WRITE", f"Words: {context.words[0]} to {context.words[1]}", f"Choices: {context.choices}"]
    if context.directive:
        lines.append(f"Directive: {context.directive}")
    if context.earlier_draft:
        lines += ["Earlier draft:", context.earlier_draft]
    if context.note:
        lines.append(f"Change: {context.note}")
    return "\n".join(lines) + "\n"


def _bullets(items: Iterable[str]) -> str:
    return "".join(f"- {item}\n" for item in items) + "\n"


def _named(items: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- {name}: {text}" for name, text in items)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
