"""What somebody does that lasts: the verb after a character's name, and the thing that it is about.

A small grammar on purpose, so that an editor can follow it: the longest listed verb decides, the thing is what stands
between the verb and the next preposition, and its last word says what kind of thing it is.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Change = Literal["has", "lost", "knows", "hurt", "dead", "gone", "promised", "is"]

# What lasts beyond the moment, by what it changes. Gestures (looks, turns, smiles) leave nothing behind.
VERBS: dict[Change, tuple[str, ...]] = {
    "has": ("has", "holds", "keeps", "takes", "steals", "finds", "hides", "pockets", "carries", "brings", "owns",
            "receives", "buys", "wears", "picks up", "puts on", "snatches", "claims"),
    "lost": ("gives", "hands", "sells", "loses", "drops", "burns", "breaks", "destroys", "smashes", "throws", "trades",
             "returns", "buries", "tears", "leaves the", "leaves a"),
    "knows": ("knows", "learns", "reads", "hears", "sees through", "remembers", "discovers", "recognises", "confesses",
              "admits", "tells", "understands", "believes"),
    "hurt": ("bleeds", "is hurt", "is wounded", "is shot", "is ill", "faints", "limps"),
    "dead": ("dies", "died", "has died", "is dead", "lies dead", "falls dead", "is killed", "was killed", "drowns",
             "drowned", "is shot dead", "was shot dead", "is murdered", "was murdered"),
    "gone": ("leaves", "goes", "flees", "vanishes", "runs", "follows", "arrives", "returns to", "escapes", "appears",
             "is at", "is in the", "is on the", "is aboard", "enters"),
    "promised": ("promises", "swears", "agrees", "refuses", "forgives", "betrays", "marries", "threatens", "owes"),
    "is": ("is the", "is a", "is an", "was", "is not", "becomes", "is now", "is in love", "is afraid", "is free",
           "is alive"),
}  # fmt: skip
CHINESE: dict[Change, tuple[str, ...]] = {
    "has": ("有", "拿着", "拿起", "拿走", "藏", "找到", "偷", "收下", "带来", "捡起", "接过"),
    "lost": ("交给", "递给", "送给", "卖掉", "卖给", "丢", "烧", "摔", "毁", "输", "没有"),
    "knows": ("知道", "认出", "看见", "听见", "承认", "告诉", "想起", "明白"),
    "hurt": ("受伤", "流血", "病"),
    "dead": ("死了", "死去", "死在", "已死", "身亡", "断气", "去世", "被杀"),
    "gone": ("离开", "走出", "走进", "来到", "跑", "回到", "回来", "跟"),
    "promised": ("答应", "发誓", "拒绝", "原谅", "欠"),
    "is": ("是", "成了", "不是"),
}
CHANGES = {verb: change for change, verbs in VERBS.items() for verb in verbs}
ENGLISH = re.compile(rf"(?:{'|'.join(sorted(CHANGES, key=len, reverse=True))})\b")
ALL_CHINESE = tuple(verb for verbs in CHINESE.values() for verb in verbs)
# Before the verb stands at most a short adverb, and for a death nothing else: who fears death is not dead.
ADVERB = "(?:已经?|终于|突然|忽然|昨[夜天晚]|今[夜天晚]|夜里|早就?|刚刚?|当场|就|便|也|却|又){0,2}"
# The same in English, and who the dead was: "BRAM, the thief, slowly drowns".
MEANWHILE = r"(?:,? the [\w ]{1,20},?|, [\w'’ ]{1,30},)?(?: (?:\w+ly|now|then|soon|too|at last))?"
DENIED = re.compile("[没不未别]")
MOVED = "^.{{0,2}}?[把将](?P<thing>[^，。！？]{{1,12}}?){verb}"

WORD = re.compile(r"\w+")
# Where a thing's name ends. What stands after it is the rest.
AFTER = frozenset(
    """to from under in into on onto at with without and or but for of behind over by near beneath below above inside
    beside between against around across through toward towards off away back up down out aside again now too alone
    here there home which who while as when before after because until if then so than that""".split()
)
PLACES = frozenset("in into on onto at under behind over near beneath below above inside beside between".split())
ONE_OF_A_KIND = frozenset("the this that these those".split())
OTHER_FIRST_WORDS = frozenset("a an some any another one two three his her their its my our your".split())
PRONOUNS = frozenset("him her them me us you it himself herself this that".split())
# "takes a breath" and "takes her hand" change hands of nothing.
NO_THINGS = frozenset(
    """step steps breath seat look hand hands arm arms moment turn turns place time drink sip bow way stairs eye eyes
    face head shoulder shoulders voice silence hold watch care part note idea nothing everything something""".split()
)
MEASURE = "把盏个只张条件支块本封枚颗瓶顶双艘幅串根面台杯份卷箱袋"
CHINESE_FIRST = re.compile(f"^(?P<word>[那这一两几]|[他她我你]的|自己的)?(?P<measure>[{MEASURE}](?=.))?")
CHINESE_END = re.compile("[，。、！？；：,.!?;:\\s“”给在从到进放向对和]")


@dataclass(frozen=True, slots=True)
class Act:
    """A verb of the lists, what it changes, and the words after it ("把" brings its thing to the front of them)."""

    verb: str
    change: Change
    after: str
    thing: str = ""  # what stands between "把" and the verb

    @property
    def chinese(self) -> bool:
        return not self.verb.isascii()


@dataclass(frozen=True, slots=True)
class Thing:
    """`said` as the text says it; `kind` its last word, `telling` the others; `unique` for "the", "this", "Peg's"."""

    said: str
    kind: str
    telling: frozenset[str]
    unique: bool
    denied: bool = False
    to: str = ""  # the character who gets it
    rest: str = ""  # what follows it: "under the stone", "from ARLO"


def read_act(words: str) -> Act | None:
    """What the words after a name say that lasts; None where they are a gesture, or where Chinese denies it."""
    if matched := ENGLISH.match(words):
        verb = matched.group()
        return Act(verb, CHANGES[verb], _after(words, verb))
    found = [] if words.isascii() or words.startswith("的") else _chinese(words)
    return max(found, key=lambda pair: pair[0])[1] if found else None


def read_death(text: str, name: str) -> str:
    """The words that say that this character died; empty where none do."""
    english = rf"(?i)\b{re.escape(name)}{MEANWHILE} (?:{'|'.join(VERBS['dead'])})\b"
    chinese = rf"{re.escape(name)}{ADVERB}(?:{'|'.join(CHINESE['dead'])})了?"
    found = re.search(english, text) or re.search(chinese, text)
    return found.group() if found else ""


def is_placed(rest: str) -> bool:
    """Whether the words after a thing say where it is: "under the stone"."""
    return rest.partition(" ")[0].casefold() in PLACES or rest.startswith(("在", "进", "到"))


def read_thing(act: Act, names: Sequence[str]) -> Thing | None:
    """What changes hands, and to whom; None where it is nothing that can be held, or a person."""
    found = _chinese_thing(act, names) if act.chinese else _english_thing(act.after, names)
    if found is None or found.kind in NO_THINGS or people_in(found.said, names):
        return None
    return found


def people_in(text: str, names: Iterable[str]) -> list[str]:
    """Whom the words name: by the whole name, its last word, or another that is long enough to be no title."""
    low = text.casefold()
    spaced = f" {' '.join(WORD.findall(low))} "
    return [
        name
        for name in names
        if any(f" {called} " in spaced if called.isascii() else called in low for called in _called(name))
    ]


@lru_cache(maxsize=1000)
def _called(name: str) -> frozenset[str]:
    words = WORD.findall(name.casefold())
    return frozenset([" ".join(words), *words[-1:], *(word for word in words if len(word) > 3)]) - {""}


def _after(words: str, verb: str) -> str:
    """An article that a verb is listed with belongs to the thing."""
    bare = re.sub(r" (?:the|a|an)$", "", verb)
    return words[len(bare) :].strip()


def _chinese(words: str) -> list[tuple[int, Act]]:
    found = []
    for change, verbs in CHINESE.items():
        for verb in verbs:
            moved = re.match(MOVED.format(verb=verb), words)
            start, after = (moved.start("thing"), moved.end()) if moved else _stands(words, verb, change)
            denies_an_act = verb == "没有" and words[after:].startswith(ALL_CHINESE)
            if start >= 0 and not DENIED.search(words[:start]) and not denies_an_act:
                found.append((len(verb), Act(verb, change, words[after:], moved["thing"] if moved else "")))
    return found


def _stands(words: str, verb: str, change: Change) -> tuple[int, int]:
    """Where the verb begins and ends, at most two characters after the name; (-1, -1) where it is not there."""
    if change == "dead":
        matched = re.match(ADVERB + verb, words)
        start = matched.end() - len(verb) if matched else -1
    else:
        start = words[: len(verb) + 2].find(verb)
    return start, start + len(verb) if start >= 0 else -1


def _english_thing(text: str, names: Sequence[str]) -> Thing | None:
    to, text = _receiver(text, names)
    words: list[str] = []
    place = 0
    for match in re.finditer(r"[\w'’-]+|[^\w\s]", text):
        word = match.group().casefold()
        if not word[0].isalnum() or (word in AFTER and (words or word != "that")):
            break
        words.append(match.group())
        place = match.end()
    said, rest = " ".join(words), text[place:].strip()
    low = [word.casefold() for word in words]
    denied, first = low[:1] == ["no"], low[:1]
    named = [word for word in low if word not in ONE_OF_A_KIND | OTHER_FIRST_WORDS | {"no"}]
    while named and named[-1].endswith("ly"):
        named.pop()
    if not named or (len(named) == 1 and named[0] in PRONOUNS):
        return None
    unique = bool(first and first[0] in ONE_OF_A_KIND) or any(word.endswith(("'s", "’s")) for word in named)
    to = to or _who(rest[3:].strip(" .,"), names) if rest.startswith("to ") or to else ""
    return Thing(said, named[-1], frozenset(named[:-1]), unique, denied, to, rest)


def _receiver(text: str, names: Sequence[str]) -> tuple[str, str]:
    """ "ARLO the lamp" -> ARLO, "the lamp": who gets something may stand before it."""
    whole = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    matched = re.match(rf"(?i:{whole})\s+(?=\w)|[A-Z]\w+\s+(?=\w)", text) if names else None
    who = _who(matched.group().strip(), names) if matched else ""
    if matched and who:
        return who, text[matched.end() :]
    return "", re.sub(r"^(?i:him|her|them|me|us|you) (?=(?i:the|a|an|his|her|their|this|that)\b)", "", text)


def _who(text: str, names: Sequence[str]) -> str:
    """The one character whom the words name; nobody where several could be meant."""
    whole = [name for name in names if text.casefold().startswith(name.casefold())]
    near = whole or people_in(text.partition(",")[0], names)
    return max(near, key=len) if whole or len(near) == 1 else ""


def _chinese_thing(act: Act, names: Sequence[str]) -> Thing | None:
    after = re.sub("^[起下好过着了到出走]+", "", act.after) if not act.thing else act.after
    to = next((name for name in sorted(names, key=len, reverse=True) if after.startswith(name)), "")
    after = after[len(to) :] if to else after
    text = act.thing or after
    first = CHINESE_FIRST.match(text)
    assert first is not None, "every part of the pattern may be empty"
    end = CHINESE_END.search(text, first.end())
    named = text[first.end() : end.start() if end else len(text)].rstrip("了")
    rest = after.lstrip("了") if act.thing else text[end.start() :] if end else ""
    given = re.search("给(.+)", rest)
    to = to or (_who(given.group(1), names) if given else "")
    core = named.rpartition("的")[2]
    if not core:
        return None
    said = text[: first.end()] + named
    unique = first["word"] not in ("一", "两", "几")
    return Thing(said, core[-1], frozenset(named.replace("的", "")[:-1]), unique, act.verb == "没有", to, rest)
