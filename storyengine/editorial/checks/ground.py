"""What the checks hold a text against: the path so far as plain values, and the production's profile. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storyengine.editorial.checks.finding import DEFAULT_LEVELS, Level
from storyengine.generation.contradiction import Told
from storyengine.plot.branch import BranchScene


@dataclass(frozen=True, slots=True)
class Profile:
    """What a production lets pass: a level a rule, words of its own by rule, words that may always pass."""

    levels: Mapping[str, Level] = field(default_factory=dict)
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    slot_words: int = 320
    reading_grade: int = 9

    def level(self, rule: str) -> Level:
        return self.levels.get(rule, DEFAULT_LEVELS.get(rule, "note"))


@dataclass(frozen=True, slots=True)
class Ground:
    """`earlier` holds the scenes of the path, oldest first; `taken` the choices that led here, the last one last."""

    language: str = "en"
    earlier: tuple[BranchScene, ...] = ()
    taken: tuple[str, ...] = ()
    characters: tuple[str, ...] = ()
    dead: Mapping[str, str] = field(default_factory=dict)  # name -> the earlier words that say so
    facts: tuple[Told, ...] = ()
    bible: tuple[str, ...] = ()  # what the authors wrote of the story, its people and places: how words are spelt here
    profile: Profile = field(default_factory=Profile)

    @property
    def chinese(self) -> bool:
        return self.language.startswith("zh")

    @property
    def text(self) -> str:
        """All that was said before, to look quotations up in."""
        lines = [line for scene in self.earlier for line in (scene.heading, scene.summary, *_texts(scene))]
        return "\n".join([*lines, *self.taken, *(fact.quote for fact in self.facts), *self.dead.values()])


def _texts(scene: BranchScene) -> list[str]:
    return [beat.text for beat in scene.beats]
