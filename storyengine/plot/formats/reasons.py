"""Every reason for which a story's or a screenplay's file is refused: by its code, and in words that stand here alone.

So a page says them in its reader's language; what the file itself names (fields, words, lines) is said as it stands
there. The refusal's own code (`story.invalid`) and these codes are for programs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    # ------------------------------------------------------------------ where
    "at.line": _("line %(line)s: %(fault)s"),
    "at.place": "%(place)s: %(fault)s",
    # ------------------------------------------------------------------ files of any kind
    "file.system": "%(path)s: %(error)s",
    "file.archive": _("the archive cannot be read: %(error)s"),
    "file.none": _("there is no story file in it"),
    "file.large": _("%(size)s MiB and %(number)s files at most"),
    "file.size": _("%(size)s MiB at most"),
    "file.scenes": _("%(scenes)s scenes and %(choices)s choices at most"),
    "file.encoding": _("this is not %(encoding)s"),
    "file.binary": _("this is not a text file"),
    "file.half": _("half of a character stands there"),
    "file.deep": _("nested too deep"),
    "file.deeper": _("nested more than %(most)s deep"),
    "file.stories": _("the file holds %(number)s stories; one slug is not enough"),
    "file.no_scene": _("there is no scene in it"),
    "file.digits": _("a number in it is too long"),
    "file.not_json": _("this is not JSON from column %(column)s on"),
    "file.variable": _("variables: %(value)s is no number, text, true or false, or it is too large"),
    # ------------------------------------------------------------------ formats
    "format.read_only": _("%(format)s is read, not written"),
    "format.known": _("there are: %(formats)s"),
    "format.by_name": _("by its name this is %(format)s, but nothing in it is"),
    "format.none": _("it looks like no format that is known"),
    # ------------------------------------------------------------------ other tools
    "yarn.no_node": _("there is no node: a line  title: …  and a line  ---  are needed"),
    "yarn.node": _("every node needs a title and a body"),
    "twee.no_passage": _("there is no passage: a line that begins with  ::  is needed"),
    "twine.no_story": _("there is no Twine 2 story in this page: no tw-storydata with a passage"),
    "twine.passages": _('"passages": a list is needed'),
    "twine.no_object": _("passage %(number)s is not an object"),
    "twine.no_text": _("passage %(number)s: name and text must be texts"),
    # ------------------------------------------------------------------ screenplays
    "script.ending": _(".%(ending)s is none of %(known)s"),
    "script.empty": _("there is nothing in it"),
    "script.lines": _("%(most)s lines at most"),
    "script.scenes": _("%(number)s scenes are too many, %(most)s at most"),
    "script.no_content": _("there is no <Content> in it"),
    "script.no_final_draft": _("<FinalDraft> is needed, not <%(name)s>"),
    "script.not_xml": _("this is not XML (%(error)s)"),
    "script.own_types": _("document types and entities of one’s own are not taken"),
    "script.encoding": _("the encoding is not known"),
    "script.pair": _("a pair of texts is needed"),
    "script.played": _("one entry for each scene is needed"),
    "script.before": _("the number of some of its beats is needed"),
    "script.yes_or_no": _("true or false is needed"),
    # ------------------------------------------------------------------ our own format
    "native.version": _('"format": "%(format)s" and "version": %(version)s are needed'),
    "native.text": _("text of at most %(most)s characters is needed"),
    "native.no_text": _("text is needed"),
    "native.character": _("a character in it cannot be stored"),
    "native.texts": _("a list of texts is needed"),
    "native.objects": _("a list of objects is needed"),
    "native.list": _("a list is needed"),
    "native.object": _("an object is needed"),
    "native.number": _("a number is needed"),
    "native.slug": _("letters without accents, digits, hyphens and underscores are needed"),
    "native.twice": _("it stands twice"),
    "native.no_scene": _("%(key)s is no scene"),
    "native.no_choice": _("%(choice)s is no choice"),
    "native.variable": _("it is neither a number, a text, true nor false"),
    "native.style": _("[start, end, style] inside the text is needed"),
    "native.one_of": _("%(value)s is none of %(known)s"),
    "native.ended": _("it is before started_at"),
    "native.cannot": _("it cannot be %(value)s"),
    "native.how_many": _("min_choices is 1 at least, and max_choices no fewer"),
    "native.time": _("a time with its zone is needed, as 2026-11-24T20:15:00+00:00"),
    "native.unknown": _("%(name)s is no %(kind)s of this file"),
    "native.nothing": _("this edit has nothing there"),
    "native.speaker": _("who speaks is needed in speech, and nowhere else"),
}
MOST = 200  # characters of what a file names


@dataclass(frozen=True, slots=True)
class Reason:
    """`str` says it in the language that is active then; a value may be a reason itself."""

    code: str
    given: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(REASONS[self.code]) % {name: _cut(value) for name, value in self.given.items()}


def because(code: str, /, **given: object) -> Reason:
    """A code that is not in REASONS is a programming error and raises KeyError."""
    REASONS[code]
    return Reason(code, given)


def _cut(value: object) -> str:
    text = str(value)
    return text if isinstance(value, Reason) or len(text) <= MOST else f"{text[:MOST]}…"
