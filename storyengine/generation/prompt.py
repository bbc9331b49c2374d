"""A brief's content becomes the prompt: pure, from stable to volatile, so that a prefix can be reused.

The order is fixed: rules, bible, the outline, what happened, what is true by now and what is still open, the last
scene, then what differs from choice to choice (the lore that it speaks of, the audience, the choice, the request with
the directive). The model in the box is trained on exactly these words; a story without an outline and without lore is
told in them to the letter.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from storyengine.generation.spelling import all_as_prose, capital_words
from storyengine.plot.branch import BranchBeat, BranchScene, played

LANGUAGES = {"en": "English", "zh-hans": "Simplified Chinese"}

RULES = (
    "You write a live screenplay, one scene at a time. Write the scene that follows from the choice. "
    "Keep to the characters, their voices, the rules and what has happened. Take up what the audience "
    "wants where the story allows it. Answer with one JSON object: heading, beats, choices, summary."
)
RULES_WITH_PLAN = RULES.replace(
    "Answer with one JSON object: heading, beats, choices, summary.",
    "Plan first, then write. Answer with one JSON object: plan, choices, heading, beats, summary.",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What several guests ask for, or do not want, as a digest: never a guest's own sentence.

    `guests` counts people, one voice each; `weight` is the result of `wishes.weigh` over them, of which `strength`
    (mean |sentiment|, 0 where unknown), `age_s` (mean age of each voice's strongest comment) and `stance` (their mean
    toward the choice, -1 to 1, 0 where unknown) are kept for whoever asks why. `leans` says where those who take a side
    stand on each choice: (label, mean stance), only where there is any.
    """

    text: str
    guests: int
    weight: float
    comments: tuple[int, ...] = ()
    strength: float = 0.0
    age_s: float = 0.0
    leans: tuple[tuple[str, float], ...] = ()
    stance: float = 0.0


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
    facts: tuple[tuple[str, str], ...] = ()  # (who, what) that hold on this path, the most useful last
    threads: tuple[str, ...] = ()  # questions that the story has raised and not answered, oldest first
    wishes: tuple[Wish, ...] = ()
    loved: tuple[tuple[str, int], ...] = ()  # (character, people who love them), most first
    hated: tuple[tuple[str, int], ...] = ()
    votes: tuple[int, int] | None = None  # (for this choice, in all); None while the poll is open
    words: tuple[int, int] = (120, 220)
    choices: int = 3  # how many choices the scene ends on; 0 asks for an ending
    directive: str = ""
    earlier_draft: str = ""
    note: str = ""  # what the editor wants changed in the earlier draft
    outline: tuple[str, ...] = ()  # where the showrunner wants the story to go, in the order of the story
    lore: tuple[str, ...] = ()  # what of the story's lore this choice speaks of, the most useful last
    plan: bool = False  # whether the answer begins with a plan (generation/plan.py) and the choices it leads to
    unwanted: tuple[Wish, ...] = ()  # what the audience does not want, heaviest first


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the prompt; its name says how stable it is and what the context viewer calls it."""

    name: Literal[
        "rules", "bible", "outline", "memory", "facts", "threads", "scene", "lore", "audience", "choice", "request"
    ]  # fmt: skip
    text: str


def context_from_json(data: dict[str, Any]) -> Context:
    """The inverse of `dataclasses.asdict`, with JSON's lists made tuples again; older briefs lack what came later."""
    plain = {key: _tuples(value) for key, value in data.items() if key not in {"wishes", "unwanted"}}
    return Context(**plain, wishes=_told(data["wishes"]), unwanted=_told(data.get("unwanted", [])))


def _told(wishes: list[dict[str, Any]]) -> tuple[Wish, ...]:
    return tuple(Wish(**{key: _tuples(value) for key, value in wish.items()}) for wish in wishes)


def context_to_json(context: Context) -> dict[str, Any]:
    return asdict(context)


def segments(context: Context) -> tuple[Segment, ...]:
    """The prompt's parts in order; empty parts are left out, and joining all texts gives the prompt.

    Names are spelt as prose has them (generation/spelling.py).
    """
    context = in_prose(context)
    parts: list[Segment] = [
        Segment("rules", RULES_WITH_PLAN if context.plan else RULES),
        Segment("bible", _bible(context)),
    ]
    if context.outline:
        parts.append(Segment("outline", "# OUTLINE\n" + _bullets(context.outline)))
    if context.so_far:
        parts.append(Segment("memory", "# SO FAR\n" + _bullets(context.so_far)))
    if context.facts:
        parts.append(Segment("facts", "# TRUE NOW\n" + _named(context.facts) + "\n\n"))
    if context.threads:
        parts.append(Segment("threads", "# STILL OPEN\n" + _bullets(context.threads)))
    parts.append(Segment("scene", f"# LAST SCENE\n{context.last_scene}\n\n"))
    if context.lore:
        parts.append(Segment("lore", "# LORE\n" + _bullets(context.lore)))
    if context.wishes or context.unwanted or context.votes or context.loved or context.hated:
        parts.append(Segment("audience", _audience(context)))
    parts.append(Segment("choice", f"# CHOICE\n{context.choice}\n\n"))
    parts.append(Segment("request", _request(context)))
    return tuple(parts)


def in_prose(context: Context) -> Context:
    """The context with the names that its story writes in capitals spelt as a writer is told them."""
    capitals = capitals_of(context)
    return context_from_json(all_as_prose(context_to_json(context), capitals)) if capitals else context


def capitals_of(context: Context) -> frozenset[str]:
    """The words that `in_prose` spells small."""
    people = capital_words([name for name, _ in context.characters], context.last_scene)
    return people | capital_words([name for name, _ in context.places])


def messages(context: Context) -> list[dict[str, str]]:
    """The prompt as chat messages: the rules as the system's, all else as the user's."""
    rules, *rest = segments(context)
    return [
        {"role": "system", "content": rules.text},
        {"role": "user", "content": "".join(part.text for part in rest)},
    ]


def heading_of(context: Context) -> str:
    """The last scene's."""
    return context.last_scene.partition("\n")[0]


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
    unwanted = tuple((wish.text, wish.guests) for wish in context.unwanted)
    for word, people in (("Loved", context.loved), ("Hated", context.hated), ("Unwanted", unwanted)):
        if people:
            lines.append(f"{word}: " + ", ".join(f"{name} ({guests})" for name, guests in people))
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
