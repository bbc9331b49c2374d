"""Who and where a writer is told of: the story's characters and places, or, where it lists none, those on its path.

A story that was brought in from another tool often lists nobody, and a writer that knows nobody invents a cast for
every scene. So its own passages are heard: who speaks, who is named in prose, who is there by a role ("the old
woman"), and the one to whom such stories are told: "you". Names in prose are heard where capital letters tell
them from other words: not in Chinese, and not in German, whose nouns all have one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from django.utils.translation import gettext, override

from storyengine.generation.earlier import earlier_scenes
from storyengine.generation.names import NO_NAMES, OTHER_TITLES, TITLES
from storyengine.generation.words import STOP, sentences
from storyengine.plot.branch import BranchScene
from storyengine.plot.cues import name_of
from storyengine.plot.headings import SLUGLINE, place_of
from storyengine.plot.models import PathStep

MOST, MOST_PLACES = 6, 3
FEWEST = 2  # a scene wants somebody to speak to
OFTEN = 2  # so often a name or a "you" stands in the passages before it counts by itself

QUOTED = re.compile(r"[\"“„«「『][^\"”“»」』]*[\"”“»」』]")
ONE_THING = re.compile(r"(?i)the(?: [^\W\d_]+){1,2}|(?!start|begin|intro|end|untitled|title|back|help)[^\W\d_]{3,}")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
TOLD_TO, TOLD_BY = re.compile(r"(?i)\byou(?:r|rself)?\b|你"), re.compile(r"\b(?:I|[Mm]y)\b|我")
SPEAKING = frozenset(
    """says said asks asked answers answered replies replied whispers whispered shouts shouted cries cried mutters
    muttered murmurs murmured adds added nods nodded smiles smiled laughs laughed sighs sighed shrugs shrugged grins
    grinned frowns frowned calls called yells yelled""".split()
)
# What people do and things hardly ever: who does it at the beginning of a sentence has a name.
ACTING = SPEAKING | frozenset(
    """looks looked walks walked sits sat takes took holds held wants wanted knows knew thinks thought leans
    leaned steps stepped watches watched reads read writes wrote stares stared kneels knelt waits waited listens
    listened sings sang sleeps slept wakes woke reaches reached pulls pulled pushes pushed carries carried hands
    handed wipes wiped opens opened wears wore hates hated loves loved believes believed remembers remembered
    turns turned points pointed stands stood counts counted gets got""".split()
)
AT = frozenset("in at into from near through across around beyond outside inside".split())
DETERMINERS = frozenset("the a an this that these my your his her its our their".split())
NEVER = STOP | frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december christmas easter god lord english french german latin""".split()
)
ROLES = frozenset(
    """woman man girl boy child stranger traveller traveler shopkeeper innkeeper keeper bartender barman waiter waitress
    driver pilot clerk soldier sailor hunter farmer fisherman merchant thief beggar witch wizard ghost robot monster
    dragon giant goblin troll fairy angel demon creature prisoner gatekeeper ferryman teacher student neighbour
    neighbor landlord landlady host hostess chef receptionist""".split()
) | {word.casefold() for word in (*TITLES, *OTHER_TITLES) if word.isalpha() and len(word) > 3} - frozenset(
    "little young great good poor lost last first second third people folk senior junior person private saint".split()
)  # fmt: skip
ROLE = re.compile(rf"\b(?i:the|an?) ((?:[a-z]+ )?(?:{'|'.join(sorted(ROLES))}|[a-z]+(?:keeper|woman|master|smith)))\b")
APPOSED = re.compile(
    rf"((?:[A-Z][\w'’-]+ ){{0,2}}[A-Z][\w'’-]+), (?:the|an?) (?:[a-z]+ )?(?:{'|'.join(sorted(ROLES))})\b"
)
PLACED = re.compile(r"\b(?:in|at|on|inside|into|behind|outside) the ([a-z]{3,})\b(?! of)")
NO_PLACE = frozenset(
    """end moment morning evening night afternoon day same middle first last way air dark light world meantime distance
    past time beginning back front other left right top bottom side edge face eyes hand head one two name
    story""".split()
)
SAID_IN_CHINESE = re.compile(r"(?:^|[。！？”」\n，])([\u4e00-\u9fff]{2,4}?)(?:说|问|答|喊|叫)道?[：:]")


def cast_of(step: PathStep) -> tuple[tuple[str, str], ...]:
    """(name, who they are and how they talk) of everybody the writer may let speak; one query, two if none is listed.

    Those who are only heard are hardly described; the most heard stand first.
    """
    story = step.performance.story
    listed = tuple((who.name, f"{who.description} {who.voice}".strip()) for who in story.characters.all())
    return listed or tuple(heard(earlier_scenes(step), language=story.language).items())


def places_of(step: PathStep, cast: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """(name, what it is like) of every place; where none is listed, those that the path's headings name, last first.

    A passage's own name counts where it is one thing's: "The Shop", "Deck", not "Start" or "Ask about the clock".
    Nobody of the `cast` is a place. Where no heading names any, those that its prose does: "at the rail".
    """
    listed = tuple((place.name, place.description) for place in step.performance.story.places.all())
    if listed:
        return listed
    people = {word for name, _ in cast for word in name.casefold().split()}
    scenes = earlier_scenes(step)
    headings = [scene.heading for scene in reversed(scenes)]
    named = [place_of(one) for one in headings if SLUGLINE.match(one) or ONE_THING.fullmatch(one)]
    places = [name for name in dict.fromkeys(named) if not people & set(name.casefold().split())]
    places = places or [name for name in _placed(scenes) if name.casefold() not in people]
    return tuple((name, "") for name in places[:MOST_PLACES])


def heard(scenes: Sequence[BranchScene], *, language: str) -> dict[str, str]:
    """Name -> who that is, of whoever is heard in the scenes, at least two and at most six of them.

    Those who speak stand first, then the one who is told the story ("you") or tells it ("I"), then those who are
    named, roles last. Where fewer are heard, the traveller and a stranger make two, in the story's language.
    """
    beats = [beat for scene in scenes for beat in scene.beats]
    speakers = Counter(name_of(beat.character) for beat in beats if beat.character)
    prose = [beat.text for beat in beats if not beat.character]
    told = "\n".join(QUOTED.sub(" ", text) for text in prose)
    with override(language):
        you, teller, stranger = gettext("Traveller"), gettext("Narrator"), gettext("Stranger")
        who = {you: gettext("you, to whom the story is told"), teller: gettext("I, who tell the story")}
    found = [name for name, _ in speakers.most_common()]
    if len(TOLD_TO.findall(told)) >= OFTEN:
        found.append(you)
    elif len(TOLD_BY.findall(told)) >= OFTEN:
        found.append(teller)
    if not language.startswith("de"):
        found += _named(prose)
    kept = _apart([*found, *_roles(prose), *SAID_IN_CHINESE.findall("\n".join(prose))])
    if len(kept) < FEWEST:
        kept = _apart([*kept, you, stranger])[:FEWEST]
    return {name: who.get(name, "") for name in kept[:MOST]}


def _placed(scenes: Sequence[BranchScene]) -> list[str]:
    """ "Rail" for "at the rail", most frequent first."""
    prose = "\n".join(beat.text for scene in scenes for beat in scene.beats if not beat.character)
    count = Counter(word for word in PLACED.findall(prose) if word not in NO_PLACE | ROLES)
    return [word.title() for word, _ in count.most_common()]


def _named(texts: Iterable[str]) -> list[str]:
    """Names that prose writes with capital letters, most frequent first; who is never in a place's part."""
    count, at, sure = Counter[str](), Counter[str](), set[str]()
    small = set[str]()
    for text in texts:
        for name in APPOSED.findall(text):
            count[name] += OFTEN
            sure.add(name)
        small |= {word for word in re.findall(r"[^\W\d_]+", text) if word.islower()}
        for sentence in chain.from_iterable(map(sentences, text.splitlines())):
            for name, before, after in _capitals(sentence):
                acts = bool(SPEAKING & {before} | ACTING & {after})
                count[name] += OFTEN if acts else 1
                if before or acts or " " in name:  # where a sentence begins any word has a capital letter
                    sure.add(name)
                at[name] += before in AT or (before in DETERMINERS and name.casefold() not in ROLES)
    kept = [
        name
        for name, times in count.most_common()
        if name in sure and times >= OFTEN and 2 * at[name] < times and name.casefold() not in small
    ]
    return [max((one for one in kept if set(name.split()) <= set(one.split())), key=len) for name in kept]


def _capitals(sentence: str) -> Iterable[tuple[str, str, str]]:
    """Each run of words with a capital letter, with the small words before and after it: "said", "Mr. Hale", ""."""
    words = [(found[0], found.start(), found.end()) for found in WORD.finditer(sentence)]
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and _is_name(words[end][0]) and (end == at or words[end][1] - words[end - 1][2] == 1):
            end += 1
        run = [re.sub(r"['’]s$|\.$", "", word) if word not in TITLES else word for word, *_ in words[at:end]]
        if run and not all(word.strip(".").casefold() in NO_NAMES for word in run):
            before = words[at - 1][0].casefold() if at else ""
            yield " ".join(run), before, words[end][0].casefold().rstrip(".") if end < len(words) else ""
        at = max(end, at + 1)


def _is_name(word: str) -> bool:
    bare = word.rstrip(".").split("'")[0].split("’")[0]
    return bare[:1].isupper() and bare[1:].islower() and bare.casefold() not in NEVER


def _roles(texts: Iterable[str]) -> list[str]:
    """ "Old Woman", as cues have it, most frequent first: of the ways in which one is called, the first."""
    first: dict[str, str] = {}
    count = Counter[str]()
    for text in texts:
        for role in ROLE.findall(APPOSED.sub("", text)):  # "Henrik, the ferryman" is one, and told already
            adjective, _, head = role.rpartition(" ")
            first.setdefault(head, head if adjective in STOP else role)
            count[head] += 1
    return [first[head].title() for head, _ in count.most_common()]


def _apart(names: Iterable[str]) -> list[str]:
    """Everybody once: "Oda" is "Oda Reed", "the captain" Captain Bram; who was named first keeps the name."""
    kept: list[str] = []
    for name in filter(None, names):
        words = set(name.casefold().split())
        others = [set(other.casefold().split()) for other in kept]
        if not any(words <= theirs or theirs <= words or (words & theirs) - NO_NAMES for theirs in others):
            kept.append(name)
    return kept
