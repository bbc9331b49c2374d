"""What is no word: a capital in the middle of one, a syllable or a word over and over. Pure; no dictionary.

A name like McDonald or iPhone, a shout, a laugh and a stammer are words; and so is whatever the bible or an earlier
scene spells like that. Where in doubt it says nothing: an editor who is told of ten good words reads no eleventh.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from storyengine.plot.branch import BranchScene

Kind = Literal["capital", "syllable", "word"]

LATIN = "A-Za-z\u00c0-\u024f"
PIECE = re.compile(rf"(?<![^\W_])[{LATIN}]+(?![^\W_])")  # between apostrophes, hyphens and spaces; none with a digit
INNER_CAPITAL = re.compile(
    r"[a-z\u00df-\u00f6\u00f8-\u00ff].*[A-Z\u00c0-\u00d6\u00d8-\u00de]|[A-Z]{2,}[a-z]|[A-Z][a-z]+[A-Z]"
)
SPELT_SO = re.compile(
    r"(?:Mc|Mac|O|D|De|Del|Della|Des|Di|Du|Fitz|La|Las|Le|Los|Van|Von|St|San|Bin|Ben|Al|El)[A-Z](?:[a-z]+|[A-Z]+)"
    r"|[iex][A-Z][a-z]+s?"  # iPhone, eBay
    r"|[A-Z]{2,5}s"  # TVs
    r"|[IVXLC]+(?:st|nd|rd|th)"
)
KNOWN = frozenset(
    "AirPods BlackBerry BSc ChatGPT DNAs DreamWorks FaceTime FaceBook FedEx GHz GitHub GmbH HiFi JavaScript kHz kW kWh "
    "LaTeX LinkedIn LoFi MacBook MasterCard MHz mRNA MSc NiCad OKed OKing PayPal pH PhD PhDs PlayStation PostScript "
    "PowerPoint SciFi SnapChat SpaceX TikTok WhatsApp WiFi YouTube YouTuber dB mA mAh MBs GBs "
    "ThD DPhil MPhil".split()
)
# Said over and over by people: laughing, calling, singing, counting in, making a noise, saying no.
UTTERED = frozenset(
    "a again ah aha ay aye ba baa bah bam bang bark beep bing bla blah bong boo boom boop bow bye ca caw cha chi choo "
    "chop chug clack clang clank clap clatter click clink closer clunk come coo coocoo crash creak crunch cuckoo da "
    "dee deeper ding dit dong doo drip drop dum dun eee eek eh er ever fa farther faster fie fire flap further go "
    "gobble goo grr ha hah hark haw he hee heh help hey hi hic higher hip hiss hm hmm ho honk hoo hoot huff hum hup "
    "hurrah hurray hush i ja knock la lala left less lo long louder lower mama mi mm mmm moo more mu mwah my na nah "
    "nana ne nee never no nom nope now nu nyah o oh oi oink ok okay om on oo ooh oom ooo open ow pa papa pat peep pew "
    "ping please plink plip plop plunk poof pop psst puff pull pump push quack quick quickly quiet ra rah rap rat "
    "really right ring roar round row rub run rush sh shh shoo slow slowly snap sniff so soon splash splish squeak "
    "still stop swish ta tap tchk te there thud thump tick tock toot tra tsk tu tut tweet two uh um up very vroom wa "
    "wah wait wee whack whirr who whoa why woo woof wow wu ya yah yay yeah yes yo yoo you yum zap zig zoom".split()
)
MOST_UTTERED = 20  # times in a row; past that it is no laugh any more
SHOUT = re.compile(r" ([A-Z]{3,})\b")
SYLLABLES = re.compile(rf"(?i)([{LATIN}]{{2,4}}?)\1{{2,}}")
LONG_SYLLABLES = re.compile(rf"(?i)([{LATIN}]{{5,24}})\1+")
LETTER = re.compile(rf"(?i)([{LATIN}\u4e00-\u9fff])\1{{{MOST_UTTERED},}}")
SUFFIXES = re.compile(r"(?i)[^\W\d_]*(['’][^\W\d_]{1,3})\1+")
WORDS = re.compile(r"(?i)\b([^\W\d_]+)(?:\s+\1\b){2,}")  # a comma says that somebody meant it
PHRASE = re.compile(r"(?i)\b([^\W\d_]+(?:\W+[^\W\d_]+){1,3}?)(?:\W+\1\b){3,}")
IDEOGRAPHS = re.compile(r"([\u4e00-\u9fff]{2,6}?)\1{4,}")
NOISES = frozenset(
    "滴答 嘀嗒 滴嗒 叮当 叮咚 咕噜 咕咚 哗啦 轰隆 扑通 咔嚓 咔哒 噼啪 哎呀 哎哟 嘻哈 啦啦 快跑 救命 加油".split()
)


@dataclass(frozen=True, slots=True)
class Nonsense:
    """`text[start:end]` is `quote`."""

    kind: Kind
    start: int
    end: int
    quote: str


def find_nonsense(text: str, known: frozenset[str] = frozenset()) -> list[Nonsense]:
    """Every such place in its order, none twice; `known` holds the spellings that are in use (`known_words`)."""
    found: list[Nonsense] = []
    for one in sorted(_all(text, known), key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return found


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """How the bible and the earlier scenes spell their words."""
    return frozenset(piece for text in texts for piece in PIECE.findall(text))


def scene_texts(scene: BranchScene) -> list[str]:
    return [scene.heading, *(beat.text for beat in scene.beats), *scene.choices, scene.summary]


def is_uttered(word: str) -> bool:
    """Whether people say this over and over: ha, no, la, tick."""
    return word.casefold() in UTTERED or len(set(word.casefold())) == 1


def _all(text: str, known: frozenset[str]) -> Iterator[Nonsense]:
    for match in PIECE.finditer(text):
        if _has_stray_capital(match.group(), known):
            yield Nonsense("capital", *_with_shouts(text, match, known))
    for match in [*SYLLABLES.finditer(text), *LONG_SYLLABLES.finditer(text)]:
        is_laugh = is_uttered(match[1]) or is_uttered(match[1][1:] + match[1][0])
        if not is_laugh or len(match.group()) > MOST_UTTERED * len(match[1]):
            yield Nonsense("syllable", *match.span(), match.group())
    for match in [*SUFFIXES.finditer(text), *LETTER.finditer(text)]:
        yield Nonsense("syllable", *match.span(), match.group())
    for match in WORDS.finditer(text):
        if not is_uttered(match[1]):
            yield Nonsense("word", *match.span(), match.group())
    for match in PHRASE.finditer(text):
        if not all(is_uttered(word) for word in PIECE.findall(match[1])):
            yield Nonsense("word", *match.span(), match.group())
    for match in IDEOGRAPHS.finditer(text):
        if match[1] not in NOISES and len(set(match[1])) > 1:
            yield Nonsense("word", *match.span(), match.group())


def _has_stray_capital(piece: str, known: frozenset[str]) -> bool:
    if not INNER_CAPITAL.search(piece) or piece in known or piece in KNOWN:
        return False
    return not SPELT_SO.fullmatch(piece) and piece.removesuffix("s") not in known | KNOWN


def _with_shouts(text: str, match: re.Match[str], known: frozenset[str]) -> tuple[int, int, str]:
    """The word with the capitals that follow it, where nobody knows them either: "NOONing XDRUN"."""
    end = match.end()
    while (more := SHOUT.match(text, end)) and more[1] not in known:
        end = more.end()
    return match.start(), end, text[match.start() : end]
