"""Emphasis as each story format signs it, in the signs and tags that all of them share (see `formats.prose`)."""

import re

from storyengine.plot.formats.twine.letters import LIFTED

SMALL = [(r"\^\^(?![\^\s])(.+?)\^\^", r"\1")]  # raised and lowered letters stay on their line
SIGNS = {
    "harlowe": [(r"~~(?![~\s])(.+?)~~", r"<s>\1</s>"), *SMALL],
    "sugarcube": [
        (r"__(?![_\s])(.+?)(?<!\s)__", r"<u>\1</u>"), (r"==(?![=\s])(.+?)(?<!\s)==", r"<s>\1</s>"),
        (r"~~(?![~\s])(.+?)~~", r"\1"), *SMALL,
    ],
}  # fmt: skip
MARKDOWN = {"chapbook", "snowman"}
CODE = re.compile(r"(<<.*?>>|<%.*?%>|\((?:print|display|source|verbatim):[^()]*\))")
UNDERLINED = re.compile(r"(?<!\w)(__?)(?![_\s])(.+?)(?<![_\s])\1(?!\w)")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
HEADING = re.compile(r"^#{1,6}[ \t]+(?=\S)", re.MULTILINE)


def plain_signs(text: str, dialect: str) -> str:
    """The text with the signs of its dialect as those that are read everywhere; code in it stays as it is."""
    if dialect in MARKDOWN:
        text = text if "{" in text else ESCAPED.sub(lambda sign: chr(LIFTED + ord(sign[1])), text)
        text = HEADING.sub("", text)
        return UNDERLINED.sub(lambda found: _tagged(found[2], "b" if len(found[1]) > 1 else "i"), text)
    pieces = CODE.split(text) if dialect in SIGNS else [text]
    for pattern, sign in SIGNS.get(dialect, []):
        pieces[::2] = [re.sub(pattern, sign, piece) for piece in pieces[::2]]
    return "".join(pieces)


def _tagged(words: str, tag: str) -> str:
    return f"<{tag}>{words}</{tag}>"
