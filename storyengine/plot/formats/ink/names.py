"""What a name means in a file, and the names and notes that Ink has no place for, as tags that it does not mind."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from storyengine.plot.expressions import quote
from storyengine.plot.formats.carried import KIND
from storyengine.plot.formats.ink.letters import LOGIC
from storyengine.plot.formats.shape import FileStory

NAME, SPEAKER, NOTE = "story-engine name", "story-engine speaker", "story-engine note"
LABEL = "story-engine label"  # of a way on that is taken unasked, where it has one
ENDING = "story-engine ending"  # of a knot that ends the story, though it offers ways on
CARRIED = rf"story-engine (?:{KIND})"
TAGGED = re.compile(rf"^#\s*({NAME}|{SPEAKER}|{NOTE}|{LABEL}|{ENDING}|{CARRIED})\s*:\s*(.+)$")
NAMED = r"(?!\d+\b)\w+"  # a knot, a variable: letters of any script, digits too, but no number
WORD = re.compile(r"[A-Za-z_][\w.]*")
PATH = r"(?!\d[\d.]*(?![\w.]))\w[\w.]*"
UNSAFE = re.compile(r"[^\w ,.:;!?'()&+=-]|^ | $| (?= )")
HIDDEN = re.compile(r"\\u([0-9a-f]+);")
ASKED = re.compile(r'\b(visits|visited)\(("(?:[^"\\]|\\.)*")\)')


@dataclass(slots=True)
class Names:
    """Every name that a divert can use: knots, stitches, labels; and the scene that each means."""

    scenes: dict[str, str] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)

    def find(self, name: str, part: str) -> str | None:
        """As Ink looks: in the part itself, in its knot, then everywhere."""
        knot = part.split(".")[0]
        for tried in (f"{part}.{name}", f"{knot}.{name}", name):
            if tried in self.scenes:
                return self.scenes[tried]
        inside = [key for key in self.scenes if key.startswith(f"{knot}.") and key.endswith(f".{name}")]
        return self.scenes[inside[0]] if len(inside) == 1 else None

    def seen_from(self, part: str) -> "Seen":
        """The words that mean a scene in a condition there."""
        return Seen(self, part)


@dataclass(frozen=True, slots=True)
class Seen(Mapping[str, str]):
    """Word -> scene, looked up when a condition asks: a list for every part would grow with the square of the story."""

    names: Names
    part: str

    def __getitem__(self, word: str) -> str:
        scenes = self.names.scenes
        for tried in (f"{self.part}.{word}", f"{self.part.split('.')[0]}.{word}", word):
            if tried in scenes and word not in self.names.variables:
                return scenes[tried]
        raise KeyError(word)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names.scenes)

    def __len__(self) -> int:
        return len(self.names.scenes)


def tag(kind: str, name: str) -> str:
    """The line of a file that says it; what a tag cannot hold is hidden."""
    return f"# {kind}: " + UNSAFE.sub(lambda sign: f"\\u{ord(sign[0]):x};", name)


def tagged(line: str) -> tuple[str, str] | None:
    """(kind, name) where a line is such a tag."""
    found = TAGGED.match(line)
    return (found[1], HIDDEN.sub(lambda code: chr(int(code[1], 16)), found[2].strip())) if found else None


def carried(tags: list[str]) -> list[tuple[str, str]]:
    """(Kind, text) of each tag that carries what Ink cannot say."""
    found = (tagged(f"#{each}") for each in tags)
    return [(each[0].split(" ", 1)[1], each[1]) for each in found if each and re.fullmatch(CARRIED, each[0])]


def single(words: str) -> str:
    """As Ink shows them: spaces and tabs in a row are one space, and none stands at the ends. Others stay."""
    return " ".join(re.split(r"[ \t\n]+", words.strip(" \t\n")))


def rename(story: FileStory, names: dict[str, str]) -> None:
    """Call scenes by the names that the tags give, before they are linked; no two by one."""
    taken = {scene.name for scene in story.scenes} - set(names)
    now = {}
    for old, new in names.items():
        now[old] = new if new not in taken else old
        taken.add(now[old])
    asked = {quote(old): quote(new) for old, new in now.items()}

    def anew(text: str) -> str:
        return ASKED.sub(lambda call: f"{call[1]}({asked.get(call[2], call[2])})", text)

    story.start = now.get(story.start, story.start) if story.start else story.start
    changed = {old: new for old, new in now.items() if old != new}
    for scene in story.scenes:
        for beat in scene.beats if changed else ():
            if not beat.styles and "{" in beat.text:  # Ink's own logic
                beat.text = LOGIC.sub(
                    lambda logic: WORD.sub(lambda word: changed.get(word[0], word[0]), logic[0]), beat.text
                )
        scene.name, scene.effects = now.get(scene.name, scene.name), anew(scene.effects)
        if "embeds" in scene.source:
            scene.source["embeds"] = [now.get(name, name) for name in scene.source["embeds"]]
        for choice in scene.choices:
            choice.target = now.get(choice.target, choice.target)
            choice.condition, choice.effects = anew(choice.condition), anew(choice.effects)
