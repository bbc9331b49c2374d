"""Every remark that a reader or a writer makes about a file: by its code, what could not be carried over, and why.

The words stand here alone, so that a page says them in its reader's language.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
STAYS, ANYWHERE = _("it stays in the text as it was written"), _("it may lead anywhere")
WORDS = "%(words)s"  # what stands there, as it was written

REMARKS: dict[str, tuple[Words, Words]] = {
    "file.encoding": (_("the file is not in UTF-8"), _("it was read as Windows-1252; look at accents and quotes")),
    "file.chinese": (_("the file is not in UTF-8"), _("it was read as Chinese (GB 18030)")),
    "scene.same_name": (_("two scenes are named '%(name)s'"), _("links lead to the first")),
    "choice.long": (_("a choice of %(number)s characters in '%(name)s' was shortened"), WORDS),
    # ------------------------------------------------------------------ what several tools have
    "after.jump": (_("what stands behind a jump is never come to"), WORDS),
    "after.divert": (_("what stands behind a divert is never come to"), WORDS),
    "words.conditional": (_("conditional text is always shown; a note says when it was meant"), WORDS),
    "words.value": (_("a value inside a line stays as it was written"), WORDS),
    "comment.left": (_("a comment stands where no scene can hold it as a note"), WORDS),
    "way.computed": (_("%(target)s leads where a variable says"), ANYWHERE),
    "way.no_place": (_("%(target)s is called and is not there"), _("the story goes on behind it")),
    "way.not_called": (_("'%(name)s' leads back, and nothing calls it"), _("nobody knows where to")),
    "way.nested": (
        _("%(target)s is called again before it has led back"), _("it leads back to the latest call alone")
    ),
    "way.embeds": (_("%(target)s is shown here and then left again"), _("it is not copied in")),
    # ------------------------------------------------------------------ Yarn Spinner
    "yarn.when": (_("when: %(words)s"), _("one of its group is taken; a choice leads to each")),
    "yarn.untitled": (_("a node has no title"), ""),
    "yarn.open_node": (_("the node '%(name)s' is not closed by ==="), ""),
    "yarn.open_if": (_("an <<if>> is not closed"), ""),
    "yarn.once": (_("this is said once in Yarn, and each time here"), ""),
    "yarn.attribute": (_("the attribute %(name)s is left out"), _("only Yarn knows how it looks")),
    "yarn.several": (_("one of several lines is spoken in Yarn; all of them stand here"), WORDS),
    "yarn.tag": (_("the tag %(words)s is left out"), _("only the game that it is for knows it")),
    "yarn.declared": (_("the value of a variable at the start is not understood"), WORDS),
    "yarn.command": (_("<<%(name)s>> is kept as a note"), _("only the game that it is for knows it")),
    # ------------------------------------------------------------------ Ink
    "ink.include": (_("INCLUDE %(name)s: there is no such file here"), _("what it holds is missing")),
    "ink.open_block": (_("a block in braces is not closed"), ""),
    "ink.no_start": (_("nothing stands before the first knot"), _("the story starts with it")),
    "ink.declared": (_("%(words)s has no place here"), "%(failed)s"),
    "ink.function": (_("the function %(name)s is kept and not carried out"), ""),
    "ink.spaces": (_("spaces in a row become one, here and further on: Ink shows them so"), WORDS),
    "ink.logic": (_("logic stays in the text as it was written"), WORDS),
    "ink.given": (_("%(words)s: what is handed on stays behind"), _("no scene takes values")),
    "ink.embeds": (
        _("what %(name)s holds is shown here and then left again"), _("it is not copied into the scene")
    ),
    # ------------------------------------------------------------------ ChoiceScript
    "choicescript.no_scene": (_("the scene %(name)s is listed and is not there"), ""),
    "choicescript.no_option": (_("this is no option of the choice"), WORDS),
    "choicescript.left": (_("*%(name)s has no place in a performance"), WORDS),
    "choicescript.command": (_("*%(name)s is kept as a note"), _("it is not known here")),
    # ------------------------------------------------------------------ Twine
    "twine.conditional": (_("'%(passage)s': text under a condition is always shown"), ""),
    "twine.code": (_("'%(passage)s': code"), STAYS),
    "twine.embeds": (_("'%(passage)s': text of another passage is shown here"), STAYS),
    "twine.more": (_("'%(passage)s': %(name)s shows more text here"), STAYS),
    "twine.back": (_("'%(passage)s': %(name)s leads back, which a live performance does not"), ""),
    "twine.outside": (_("'%(passage)s': a link to %(name)s leads out of the story"), ""),
    "twine.unshown": (_("'%(passage)s': code and notes are left out of the words"), ""),
    "twine.script": (_("'%(passage)s': a script is left out of the words"), ""),
    "twine.picture": (_("'%(passage)s': a picture is left out of the words"), ""),
    "twine.tags": (_("'%(passage)s': HTML tags are left out of the words"), ""),
    "twine.unknown": (_("'%(passage)s' uses what is not known here: %(names)s"), ANYWHERE),
    "twine.no_start": (_("the start '%(name)s' is no passage"), ""),
    "twine.no_ifid": (_("the story has no IFID"), _("it was given one")),
    "twine.no_name": (_("a passage has no name"), ""),
    "twine.no_numbers": (_("the passages have no numbers"), _("the story starts with the first")),
    "twine.open_tags": (_("the tags of '%(name)s' are not closed"), ""),
    "twine.open_element": (_("<%(name)s> is not closed"), _("its text ends where the story ends")),
    "twine.metadata": (
        _("the metadata of '%(name)s' is not JSON"), _("it was left out, as the specification wishes it")
    ),
    "twine.colons": (_("a line of '%(name)s' begins with ::"), _("a space was put before it")),
    # ------------------------------------------------------------------ Final Draft
    "fdx.type": (_("paragraphs of the type '%(name)s' became action: %(number)s"), _("no script here has that type")),
    "fdx.revisions": (_("marks of revisions are left out: %(number)s"), ""),
    "fdx.tags": (_("tags for a breakdown are left out: %(number)s"), ""),
    "fdx.looks": (
        _("pieces of text with a font, size or colour of their own: %(number)s"), _("they are set as everything else")
    ),
    "fdx.bookmarks": (_("bookmarks and labels are left out: %(number)s"), ""),
    "fdx.pages": (_("locked pages are left out: %(number)s"), _("pages are laid out anew")),
    "fdx.pictures": (_("pictures are left out: %(number)s"), ""),
    "fdx.header": (_("the head and foot of the pages are left out"), WORDS),
    "fdx.board": (_("the cards of the board are left out"), WORDS),
    # ------------------------------------------------------------------ on the way out
    "out.kind": (_("'%(name)s': a beat of the kind %(kind)s was written as prose"), WORDS),
    "out.spaces": (_("'%(name)s': spaces in a row, at the ends, or line breaks become one space in Ink"), WORDS),
    "out.tag": (_("'%(name)s': the tag '%(tag)s' was written as %(now)s"), _("a tag of Twine holds no spaces")),
    "out.styles": (_("'%(name)s': styles that overlap are not all written"), WORDS),
    "out.statement": (_("'%(name)s': a statement of another tool is kept in a comment"), WORDS),
    "out.condition": (_("the condition of '%(label)s' is another tool's: it is kept in a comment"), WORDS),
    "out.effects": (
        _("what the choice '%(label)s' changes has no place in %(dialect)s: it is kept in a comment"), WORDS
    ),
    "out.brackets": (_("brackets in '%(label)s' would be misread"), _("they were written as round ones")),
    "out.no_scene": (_("'%(label)s' leads to '%(target)s', which is no scene"), _("it is left open")),
}  # fmt: skip
