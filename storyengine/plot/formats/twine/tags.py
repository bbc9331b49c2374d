"""An opening tag of HTML, attribute by attribute."""

import html
import re

ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")
MAX_TAG = 100_000


def read_tag(text: str, at: int) -> tuple[dict[str, str], int]:
    """The attributes of an opening tag, and where it ends: the first > outside of quotes."""
    found: dict[str, str] = {}
    most = min(len(text), at + MAX_TAG)
    while at < most:
        while at < most and text[at] in " \t\n\r\f/":
            at += 1
        if at >= most or text[at] == ">":
            return found, at + 1
        match = ATTRIBUTE.match(text, at, most)
        if match is None:
            at += 1
            continue
        value = next((part for part in match.groups()[1:] if part is not None), "")
        found.setdefault(match[1].lower(), html.unescape(value).replace("\x00", "\ufffd"))
        at = match.end()
    return found, at
