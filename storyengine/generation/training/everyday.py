"""Everyday English by part of speech, for bibles and scenes that sound like many different writers. Plain data."""

from random import Random

NOUNS: tuple[str, ...] = tuple(
    """man woman people child girl boy night day morning evening week month year time hour minute life death world place
    town city street road way house home room wall floor roof door window garden kitchen table chair bed light fire
    water sea river lake island mountain hill forest tree field sky sun moon star rain snow wind stone sand salt
    head face eye ear mouth hand arm finger foot leg heart back body blood voice word name story question answer
    reason idea thought mind memory dream secret lie truth promise law rule order choice chance luck mistake problem
    trouble danger war peace fight game work job business shop office school church hospital prison police army
    family father mother parent son daughter brother sister uncle aunt cousin husband wife baby friend enemy
    neighbour guest stranger crowd lover owner worker officer captain king queen doctor money price debt bill coin
    bank gold silver paper letter book page line list picture song music dance party wedding funeral holiday summer
    winter spring autumn breakfast dinner bread meat fish fruit wine beer coffee tea cup glass bottle knife plate bag
    box case clothes coat shirt suit dress shoe boot hat glove ring watch clock key lock phone radio television
    computer machine engine car bus train ship boat plane station airport hotel bar pub restaurant market farm
    bridge tower gate corner edge side end middle top bottom beginning part piece half number pair group team
    company club class lesson exam teacher student power noise silence sound smell taste touch shadow smoke dust
    rope wood iron steel cloth leather oil paint animal dog cat horse bird sheep cow wolf rat insect flower grass
    leaf root seed weather storm fog ice heat cold fear anger love hate joy grief pain hope shame pride kindness
    patience temper habit trade skill talent plan deal bargain contract will estate fortune fault crime theft murder
    witness judge trial evidence proof clue report message signal news letterbox history future past present""".split()
)
VERBS: tuple[str, ...] = tuple(
    """is was has had does did says said goes went comes came gets got makes made takes took gives gave knows knew
    thinks thought sees saw looks looked finds found tells told asks asked wants wanted needs needed feels felt
    leaves left puts put keeps kept lets begins began seems seemed helps helped talks talked turns turned starts
    started shows showed hears heard plays played runs ran moves moved likes liked lives lived believes believed
    holds held brings brought happens happened writes wrote sits sat stands stood loses lost pays paid meets met
    sets learns learned changes changed leads led understands watches watched follows followed stops stopped
    creates speaks spoke reads read spends spent grows grew opens opened walks walked wins won offers offered
    remembers remembered loves loved considers appears appeared buys bought waits waited serves served dies died
    sends sent expects builds built stays stayed falls fell cuts reaches reached kills killed remains raises passes
    sells sold decides decided returns returned explains carries carried breaks broke receives agrees agreed hits
    eats ate covers catches caught draws drew chooses chose wears wore throws threw pours poured drinks drank burns
    burned hides hid steals stole laughs laughed cries cried smiles smiled sleeps slept wakes woke dreams counts
    counted signs signed owes owed promises lies lied trusts hates misses missed refuses refused forgets forgot
    forgives shuts locks locked knocks rings rang sings sang touches lifts drops pulls pushes
    points nods shakes""".split()
)
MODIFIERS: tuple[str, ...] = tuple(
    """good bad new old young big small large little long short high low great right wrong same different next last
    first second third early late real true false whole full empty open closed hard soft easy difficult heavy light
    dark bright warm cool cold hot dry wet clean dirty rich poor cheap expensive free busy quiet loud slow quick fast
    strong weak happy sad angry afraid brave proud lonely tired hungry sick mad drunk dead alive alone lost strange
    secret private public local foreign common rare simple plain clever stupid wise foolish kind cruel gentle rough
    polite rude honest careful careless patient nervous calm serious funny beautiful ugly pretty lovely terrible
    perfect broken sharp thin thick narrow wide deep black white red green blue yellow brown grey golden pale
    retired married divorced missing famous unknown local own only other another each every several twelve eleven
    ten nine eight seven six five four three two one hundred thirty forty sixty seventy eighty""".split()
)
LINKS: tuple[str, ...] = tuple(
    """and but because while until since if when where who which that though before after with without in on at by for
    from to into through over under between behind against about of out off up down near across along around during
    except despite than as like so then now here there again never always often sometimes still already just even
    almost only perhaps maybe nobody somebody everyone nothing something everything anything it's don't can't won't
    isn't doesn't didn't that's there's I'm I've I'd you're you've he's she's they're we've we'll I'll you'll""".split()
)
DETERMINERS: tuple[str, ...] = tuple("the a his her their this that some no every one my your our its".split())
PRONOUNS: tuple[str, ...] = tuple("he she it they I you we him them me us himself herself who nobody everyone".split())


# What somebody else's stories leave true of a person; {p} is another one.
FACTS: tuple[str, ...] = (
    "hid the {m} {x} under the {y}",
    "promised {p} the {x}",
    "knows where the {m} {x} is",
    "has not slept since the {x}",
    "swore never to touch the {x} again",
    "owes {p} a {m} {x}",
    "lost the {x} near the {y}",
    "saw {p} at the {y}",
    "has the key to the {y}",
    "gave the {x} to {p}",
    "was once paid for the {m} {x}",
    "broke the {x} and blamed {p}",
    "is afraid of the {m} {y}",
    "will leave before the {x}",
    "lied to {p} about the {x}",
    "found the {x} behind the {y}",
)


def foreign_fact(rng: Random, people: list[str]) -> tuple[str, str]:
    """Who, and what is true of them: two of `people` and things that nothing in the story prepares."""
    who, other = rng.sample(people, 2)
    x, y = rng.sample(NOUNS, 2)
    return who, rng.choice(FACTS).format(p=other, x=x, y=y, m=rng.choice(MODIFIERS))


def chatter(rng: Random, length: int) -> str:
    """About `length` everyday words in the rough order of English, without sense: somebody else's prose."""
    found: list[str] = []
    while len(found) < length:
        found += [rng.choice(PRONOUNS)] if rng.random() < 0.3 else [rng.choice(DETERMINERS), *_noun(rng)]
        found += [rng.choice(VERBS)] + ([rng.choice(LINKS)] if rng.random() < 0.4 else [])
        found += [rng.choice(DETERMINERS), *_noun(rng)]
        found[-1] += rng.choice((",", "", "", ";", ".", " " + rng.choice(LINKS)))
    text = " ".join(found).rstrip(",; ")
    sentences = [sentence[:1].upper() + sentence[1:] for sentence in text.rstrip(".").split(". ")]
    return ". ".join(sentences) + "."


def _noun(rng: Random) -> list[str]:
    return [*([rng.choice(MODIFIERS)] if rng.random() < 0.45 else []), rng.choice(NOUNS)]
