"""HTML and rich text that only lays words out, and what of it nobody reads."""

import re

# Tags that only lay a page out; those that emphasise become styles, and what is no tag stays.
LAYOUT = re.compile(
    r"(?<![<\\])</?(?:div|span|p|pre|center|table|tbody|thead|tr|td|th|ul|ol|li|hr|h[1-6]|section|article|header|footer|main|nav"
    r"|font|small|big|sup|sub|blockquote|mark|code|cite|img|figure|figcaption|audio|video|source|canvas|button|input|label|progress|svg|iframe|a"
    r"|tw-[a-z-]+)(?:\s[^<>]*)?/?>(?P<after>[ \t]*)",
    re.IGNORECASE,
)
# What game engines read: of colours, sizes and places.
RICH = re.compile(
    r"(?<![<\\])</?(?:color|size|font|alpha|align|cspace|mspace|indent|line-height|line-indent|margin|pos|rotate|space"
    r"|sprite|voffset|width|gradient|material|lowercase|uppercase|smallcaps|allcaps)"
    r"(?:[=\s][^<>]{0,100})?>(?P<after>[ \t]*)",
    re.IGNORECASE,
)
UNREAD = re.compile(r"(?<!\\)<(svg|style|script)\b", re.IGNORECASE)


def laid_out(text: str) -> str:
    """The words between the tags."""
    return LAYOUT.sub(_seam, _undrawn(text))


def unstyled(text: str) -> str:
    """The same for text that a game engine shows."""
    return RICH.sub(_seam, laid_out(text))


def _undrawn(text: str) -> str:
    """Without the drawings, styles and scripts that stand in it whole."""
    low, parts, at, unclosed = text.lower(), list[str](), 0, set[str]()
    for opening in UNREAD.finditer(low):
        name, start = opening[1], opening.start()
        if start < at or name in unclosed:
            continue
        end = low.find(f"</{name}>", start)
        if end < 0:
            unclosed.add(name)
            continue
        parts.append(text[at:start])
        at = end + len(name) + 3
    return "".join([*parts, text[at:]])


def _seam(tag: re.Match[str]) -> str:
    """What a tag that is left out leaves: the spaces behind it, unless some stand before it."""
    before = tag.string[tag.start() - 1 : tag.start()]
    return "" if before in "\n \t" else tag["after"]
