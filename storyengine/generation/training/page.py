"""The page of one scene: its beats as they are written, the gaps of its lines, and what it has said already. Seeded."""

import re
from collections.abc import Sequence
from random import Random

from storyengine.generation.names import TITLES
from storyengine.generation.training.bible import Bible, article, bare, is_plural, the_place
from storyengine.generation.training.pools import Entry, pool, vary
from storyengine.generation.training.worlds import PLACE_NOUNS
from storyengine.plot.branch import BranchBeat, count_words

# A speaker who names the one spoken to in every line is no speaker: before these an address can go without a trace.
ADDRESS = re.compile(
    r", \{you\}(?=[.?!;]|, (?:and|but|or|nor|so|for|yet|because|which|who|since|before|until|if|as|though|when|while"
    r"|where|unless|except|like|without|then|even|only)\b)"
)
PERSONS = ("a", "b", "c", "you")
ADDRESSED, SHORT = 0.4, 0.5  # of the addresses stay; of later mentions are the short ones
# Small things that lines leave lying about, for a scene to come back to.
PROPS = frozenset(
    """lamp hat table chair bell cup letter coat candle coin book rope stove shoe egg plate clock stone box whistle
    collar spoon sack pie needle loaf bottle map cake mirror umbrella knife ticket watch receipt button drawer violin
    thread pen glove ham hammer cheese card portrait trumpet boot barrel jar shovel hinge feather curtain carpet pipe
    piano chest tray pillow jug kettle bowl wheel brick envelope stool apple statue drum puppet scarf cabinet poster
    tent basket trunk crate axe flute rose glass ladder window door cushion cloth pan cork bench towel napkin broom
    bucket cart plank razor harp corkscrew colander trombone spade wire handkerchief pear potato cupboard shelf dog
    cat hen goose goat mule horse parrot moth fly wasp spider lizard heron crow jackdaw sparrow beetle""".split()
)
PROP = re.compile(rf"\b(?:a|an|the|one) (?:\w+ )?({'|'.join(sorted(PROPS))})\b")


class Page:
    """The beats of one scene as they are written; it knows the gaps, each person's voice and what was said already."""

    def __init__(self, rng: Random, bible: Bible, gaps: dict[str, str]) -> None:
        self.rng, self.bible, self.gaps = rng, bible, gaps
        self.beats: list[BranchBeat] = []
        self.used: set[Entry] = set()
        self.voices = {person.name: person.voice for person in bible.people}
        self.named: set[str] = set()  # who and what a later beat may name more shortly
        self.props: list[str] = []

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
        self._put(BranchBeat("action", self.fill(template, self._shorter(gaps or self.gaps))))

    def say(self, who: str, template: str, *, to: str, opener: float = 0.12) -> None:
        """`who` and `to` are gaps' names: a, b or c."""
        name = self.gaps[who]
        if self.rng.random() < 0.1 and sum(beat.kind == "parenthetical" for beat in self.beats) < 2:
            aside = self.line("aside")
            self.beats.append(BranchBeat("parenthetical", self.fill(aside, self.gaps, small=True), name))
        template = vary(self.rng, template)
        if self.rng.random() < opener:
            template = self._opened(template, name)
        if self.rng.random() > ADDRESSED:
            template = ADDRESS.sub("", template)
        self._put(BranchBeat("dialogue", self.fill(template, self._shorter(self.spoken(who, to))), name))

    def talk(self, entry: Entry, first: str, second: str) -> None:
        """An exchange of two lines."""
        self.say(first, entry[0], to=second)
        self.say(second, entry[1], to=first)

    def come_back(self, first: str, second: str) -> None:
        """One of the small things that the scene left lying about is taken up again, in an action or an exchange."""
        self.gaps["p"] = self.rng.choice(self.props)
        if self.rng.random() < 0.5:
            self.act(self.line("reprise"))
        else:
            self.talk(self.draw("reprise talk"), first, second)

    def spoken(self, who: str, to: str) -> dict[str, str]:
        """The gaps of what `who` says to `to`: the one spoken to, and as third the one who is left."""
        (third,) = {"a", "b", "c"} - {who, to}
        return self.gaps | {"you": self.gaps[to], "c": self.gaps[third]}

    def fill(self, template: str, gaps: dict[str, str], *, small: bool = False) -> str:
        text = the_place(vary(self.rng, template).format(**gaps), gaps["place"])
        return text if small else _sentence(text)

    def _put(self, beat: BranchBeat) -> None:
        self.beats.append(beat)
        self.named.update(value for value in self.gaps.values() if " " in value and value in beat.text)
        of_the_story = set(self.gaps["o"].split()) | set(self.gaps["n"].split())
        self.props += [prop for prop in PROP.findall(beat.text) if prop not in of_the_story]

    def _shorter(self, gaps: dict[str, str]) -> dict[str, str]:
        """The gaps with some of what was named in full already as one calls it then: "Ross", "the letter"."""
        names = [name for key, name in self.gaps.items() if key in ("a", "b", "c")]
        later = {
            key: called(gaps[key], names) if key in PERSONS else headword(gaps[key])
            for key in (*PERSONS, "o", "n", "place")
            if gaps.get(key) in self.named and self.rng.random() < SHORT
        }
        return gaps | later

    def _opened(self, template: str, name: str) -> str:
        """The line with a turn of phrase of its speaker before it, in one sentence."""
        tag = self.line(f"voice {self.voices[name]}")
        if "{you}" in tag and "{you}" in template:
            return template
        starts_with_name = template.startswith(("{", "I ", "I'"))
        return f"{tag} {template if starts_with_name else template[0].lower() + template[1:]}"


def called(name: str, others: Sequence[str]) -> str:
    """A person's name as one goes on: the family's after a title, else the first; whole where others share the word."""
    words = name.split()
    if len(words) == 1 or words[0] == "The":
        return name
    short = words[-1] if words[0] in TITLES else words[0]
    return name if any(short in other.split() for other in others if other != name) else short


def headword(noun: str) -> str:
    """A thing or place by its last word, unless it is somebody's or a name alone: "letter", "Yard", "Pont Vert"."""
    *_, last = noun.split()
    return last if "'s " not in noun and (last.islower() or last in PLACE_NOUNS) else noun


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
