"""Twine 1 HTML: passages lie in a store as TiddlyWiki keeps its own, their line breaks spelled out."""

import codecs
import html
import re
from collections.abc import Callable, Iterator

from storyengine.plot.formats.report import Report, line_of
from storyengine.plot.formats.twine.passages import Passage, TwineStory
from storyengine.plot.formats.twine.tags import read_tag

STORE = re.compile(r"""<div\b[^<>]*\bid\s*=\s*["']?(store-?area)\b[^<>]*>""", re.IGNORECASE)
TIDDLER = re.compile(r"<div(?=\s[^<>]*\b(?:tiddler|title)\s*=)", re.IGNORECASE)
CLOSE = re.compile(r"</div\s*>", re.IGNORECASE)
MADE_FOR = re.compile(r"\b(Jonah|Sugarcane|Responsive|Misfortune)\b")
SPELLED = re.compile(r"\\([nts\\])")
MEANT = {"n": "\n", "t": "\t", "s": "\\", "\\": "\\"}
HIDING = re.compile(r"^\s*obfuscate\s*:\s*rot13\s*$", re.IGNORECASE | re.MULTILINE)


def read_old_html(text: str, report: Report) -> TwineStory | None:
    """The story of a page that Twine 1 made, None where the page is none."""
    store = STORE.search(text)
    if store is None:
        return None
    named = MADE_FOR.search(text[: store.start()])
    story = TwineStory(format="SugarCube" if "-" in store[1] else named[1] if named else "Sugarcane", start="Start")
    found = list(_tiddlers(text, store.end(), report))
    settings = next((passage.text for passage in found if passage.name == "StorySettings"), "")
    if HIDING.search(settings):
        for passage in found:
            _reveal(passage, lambda words: codecs.decode(words, "rot13"))
    story.title = next((passage.text.strip() for passage in found if passage.name == "StoryTitle"), "")
    story.passages = [passage for passage in found if passage.name != "StoryTitle"]
    return story if story.passages else None


def _tiddlers(text: str, at: int, report: Report) -> Iterator[Passage]:
    while match := TIDDLER.search(text, at):
        attributes, at = read_tag(text, match.end())
        close = CLOSE.search(text, at)
        if close is None:
            report.warn(line_of(text, at), "twine.open_element", name="div")
        body = text[at : close.start() if close else len(text)]
        at = close.end() if close else len(text)
        words = html.unescape(body).strip("\n")
        if "\n" not in words:  # other tools write line breaks as they are, and their backslashes too
            words = SPELLED.sub(lambda sign: MEANT[sign[1]], words)
        name = attributes.get("tiddler") or attributes.get("title", "")
        position = attributes.get("twine-position", "")
        meta = {"position": position} if position else {}
        yield Passage(name, words, attributes.get("tags", "").split(), meta)


def _reveal(passage: Passage, decode: Callable[[str], str]) -> None:
    """What an author did not want to be read in the page's source; pictures and settings stand there as they are."""
    if passage.name != "StorySettings" and "Twine.image" not in passage.tags:
        passage.name, passage.text = decode(passage.name), decode(passage.text)
        passage.tags = [decode(tag) for tag in passage.tags]
