"""The page of one scene: its beats as they are written, the gaps of its lines, and what it has said already. Seeded."""

from collections.abc import Sequence
from random import Random

from storyengine.generation.training.bible import Bible, article, bare, is_plural, the_place
from storyengine.generation.training.pools import Entry, pool, vary
from storyengine.plot.branch import BranchBeat, count_words


class Page:
    """The beats of one scene as they are written; it knows the gaps, each person's voice and what was said already."""

    def __init__(self, rng: Random, bible: Bible, gaps: dict[str, str]) -> None:
        self.rng, self.bible, self.gaps = rng, bible, gaps
        self.beats: list[BranchBeat] = []
        self.used: set[Entry] = set()
        self.voices = {person.name: person.voice for person in bible.people}

    @property
    def words(self) -> int:
        return sum(count_words(beat.text) for beat in self.beats)

    def draw(self, section: str) -> Entry:
        """An entry that this scene has not had."""
        entry = self.rng.choice([entry for entry in pool(section) if entry not in self.used])
        self.used.add(entry)
        return entry

    def line(self, section: str) -> str:
        """The same of a section whose entries have one part."""
        (template,) = self.draw(section)
        return template

    def act(self, template: str, *, gaps: dict[str, str] | None = None) -> None:
        self.beats.append(BranchBeat("action", self.fill(template, gaps or self.gaps)))

    def say(self, who: str, template: str, *, to: str, opener: float = 0.25) -> None:
        """`who` and `to` are gaps' names: a, b or c."""
        name = self.gaps[who]
        if self.rng.random() < 0.16 and sum(beat.kind == "parenthetical" for beat in self.beats) < 2:
            aside = self.line("aside")
            self.beats.append(BranchBeat("parenthetical", self.fill(aside, self.gaps, small=True), name))
        if self.rng.random() < opener:
            template = self._opened(template, name)
        self.beats.append(BranchBeat("dialogue", self.fill(template, self.spoken(who, to)), name))

    def talk(self, entry: Entry, first: str, second: str) -> None:
        """An exchange of two lines."""
        self.say(first, entry[0], to=second)
        self.say(second, entry[1], to=first)

    def spoken(self, who: str, to: str) -> dict[str, str]:
        """The gaps of what `who` says to `to`: the one spoken to, and as third the one who is left."""
        (third,) = {"a", "b", "c"} - {who, to}
        return self.gaps | {"you": self.gaps[to], "c": self.gaps[third]}

    def fill(self, template: str, gaps: dict[str, str], *, small: bool = False) -> str:
        text = the_place(vary(self.rng, template).format(**gaps), gaps["place"])
        return text if small else _sentence(text)

    def _opened(self, template: str, name: str) -> str:
        """The line with a turn of phrase of its speaker before it, in one sentence."""
        tag = self.line(f"voice {self.voices[name]}")
        if "{you}" in tag and "{you}" in template:
            return template
        starts_with_name = template.startswith(("{", "[", "I ", "I'"))
        return f"{tag} {template if starts_with_name else template[0].lower() + template[1:]}"


def gaps_for(cast: Sequence[str], place: str, noun: str, fresh: str, stake: str) -> dict[str, str]:
    """Everything that a line's gaps may name, with the agreement of the two things."""
    many, news = is_plural(noun), is_plural(fresh)
    a, b, c = cast[:3]
    return {
        "a": a, "b": b, "c": c, "o": noun, "n": fresh, "an": article(fresh), "place": bare(place),
        "is": "are" if many else "is", "it": "they" if many else "it", "them": "them" if many else "it",
        "s": "" if many else "s", "es": "" if many else "es", "ns": "" if news else "s",
        "stake": stake,
    }  # fmt: skip


def _sentence(text: str) -> str:
    """The first letter in capitals, as after a gap at the start ("the key", "fog")."""
    return text[0].upper() + text[1:]
