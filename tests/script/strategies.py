"""Any screenplay, as hypothesis makes them up: every kind of beat, every style, and text that looks like marks."""

from hypothesis import strategies as st

from storyengine.plot.branch import BranchBeat, Styles
from storyengine.script.markup import mark, tidy
from storyengine.script.reels import Reel
from storyengine.script.screenplay import Screenplay, bracketed

MARKS = [
    "INT. ",
    "EXT. ",
    " TO:",
    "[[",
    "]]",
    "/*",
    "*/",
    "===",
    "灯",
    "A",
    "a",
    " ",
    "  ",
    "\u200b",
    *"*_[]/\\#@!.~>=<:()^（）",
]
LETTERS = st.one_of(
    st.sampled_from(MARKS),
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\u2028\u2029\ufeff"),
)


def text(*, lines: int = 1, empty: bool = False) -> st.SearchStrategy[str]:
    line = st.lists(LETTERS, max_size=10).map("".join)
    joined = st.lists(line, min_size=1, max_size=lines).map("\n".join)
    return joined if empty else joined.filter(lambda found: bool(found.replace("\u200b", "").strip()))


@st.composite
def styled(draw, *, lines: int = 1, empty: bool = False, strikeout: bool = False) -> tuple[str, Styles]:  # type: ignore[no-untyped-def]
    words = draw(text(lines=lines, empty=empty))
    names = ["bold", "italic", "underline", *(["strikeout", "capitals"] if strikeout else [])]
    at = st.integers(0, len(words))
    found = tidy(draw(st.lists(st.tuples(at, at, st.sampled_from(names)), max_size=3)), len(words))
    # No format can tell a bold line break from a plain one.
    return words, tidy(
        [(s, e, name) for start, end, name in found for s, e in _within_lines(words, start, end)],
        len(words),
    )


def _within_lines(words: str, start: int, end: int) -> list[tuple[int, int]]:
    parts, at = [], start
    for offset in range(start, end):
        if words[offset] == "\n":
            parts.append((at, offset))
            at = offset + 1
    return [*parts, (at, end)]


def cue() -> st.SearchStrategy[str]:
    return text().map(lambda name: " ".join(name.split())[:40].strip()).filter(bool)


@st.composite
def _element(draw, reel: Reel, strikeout: bool) -> None:  # type: ignore[no-untyped-def]
    kind = draw(
        st.sampled_from(
            ["action", "action", "shot", "lyric", "centred", "note", "synopsis", "section", "transition", "page_break"]
        )
    )
    many = 3 if kind in ("action", "shot", "lyric", "note") else 1
    bare = kind in ("synopsis", "transition") and draw(st.integers(0, 3)) == 0
    words, styles = ("", ()) if bare else draw(styled(lines=many, strikeout=strikeout))
    if kind == "page_break":
        words, styles = "", ()
    if kind == "section":
        depth = draw(st.integers(0, 5))
        words = "#" * depth + " " * bool(depth) + (" ".join(words.split()).strip("#").strip() or "Act")
        styles = ()
    if kind == "action":
        reel.add(BranchBeat(kind, words, "", styles))
        return
    reel.add(BranchBeat(kind, words, "", styles))


@st.composite
def _speech(draw, reel: Reel, strikeout: bool) -> None:  # type: ignore[no-untyped-def]
    name = draw(cue())
    whole = [(0, len(name), draw(st.sampled_from(["bold", "italic", "underline"])))] if draw(st.booleans()) else []
    reel.open_speech(name, tidy(whole, len(name)), is_dual=draw(st.booleans()))
    for kind in draw(st.lists(st.sampled_from(["say", "say", "aside", "sing"]), min_size=1, max_size=4)):
        words, styles = draw(styled(lines=2 if kind == "say" else 1, strikeout=strikeout))
        if kind == "aside" and bracketed(words)[0] != f"({words})" and words[:1] + words[-1:] != "（）":
            words, styles = f"so: {words}", ()  # every format draws the brackets itself
        getattr(reel, kind)(words, styles)
    reel.close_speech()


@st.composite
def screenplays(draw, *, strikeout: bool = False, title_page: bool = True) -> Screenplay:  # type: ignore[no-untyped-def]
    reel = Reel()
    for _ in range(draw(st.integers(0, 7))):
        what = draw(st.sampled_from(["scene", "element", "element", "speech", "speech"]))
        if what == "scene":
            words, styles = draw(styled(strikeout=strikeout))
            number = draw(st.sampled_from(["", "1", "12A", "A-7.1"]))
            reel.cut(number, words, styles)
        elif what == "element":
            draw(_element(reel, strikeout))
        else:
            draw(_speech(reel, strikeout))
    title = mark(" ".join(draw(text()).split()), ())
    pairs = (("Title", title), ("Draft date", "2026-11-23"), ("Contact", "A\nB")) if title_page else ()
    return Screenplay("", "", pairs, reel.scenes())
