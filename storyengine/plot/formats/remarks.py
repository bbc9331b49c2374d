"""Every remark that a reader or a writer makes about a file: by its code, what it is, and why it matters.

The words stand here alone, so that a page says them in its reader's language. What stands in the file at that place is
shown beside them (`Note.words`), and its scene (`Note.scene`).
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
ANYWHERE = _("it may lead anywhere: draw the way by hand")
SHOWN = _("the audience would read the code: write out what is meant")
ALWAYS = _("everybody reads it, whatever happened before")
LOST, MISSING = _("it is not in the story"), _("what it holds is missing")
CUT, AS_INK = _("it is taken to end where its scene ends"), _("Ink shows them so")
NO_LINK = _("no link finds it by its name")
NOT_HERE, THEIRS = _("no script here has them"), _("only that tool carries it out")
ONLY_INK = _("only Ink knows what it means")

REMARKS: dict[str, tuple[Words, Words]] = {
    "file.encoding": (_("the file is not in UTF-8"), _("it was read as Windows-1252; look at accents and quotes")),
    "file.chinese": (_("the file is not in UTF-8"), _("it was read as Chinese (GB 18030)")),
    "scene.same_name": (_("two scenes are named '%(name)s'"), _("links lead to the first")),
    "choice.long": (
        _("a choice of %(number)s characters in '%(name)s' was shortened"), _("the audience reads the part that fits")
    ),
    # ------------------------------------------------------------------ what several tools have
    "after.jump": (_("what stands behind a jump is never come to"), LOST),
    "after.divert": (_("what stands behind a divert is never come to"), LOST),
    "words.conditional": (
        _("text under a condition is always shown"), _("everybody reads it; a note before it says when it was meant")
    ),
    "words.value": (_("a value inside a line stays as it was written"), SHOWN),
    "comment.left": (_("a comment stands where no scene can hold it as a note"), LOST),
    "way.computed": (_("%(target)s leads where a variable says"), ANYWHERE),
    "way.no_place": (_("%(target)s is called and is not there"), _("the story goes on behind it")),
    "way.not_called": (_("'%(name)s' leads back, and nothing calls it"), _("nobody knows where to")),
    "way.nested": (
        _("%(target)s is called again before it has led back"), _("it leads back to the latest call alone")
    ),
    "way.embeds": (_("%(target)s is shown here and then left again"), _("it is not copied in")),
    # ------------------------------------------------------------------ Yarn Spinner
    "yarn.when": (_("this node is one of a group"), _("a choice leads to each of them")),
    "yarn.untitled": (_("a node has no title"), NO_LINK),
    "yarn.open_node": (_("the node '%(name)s' is not closed by ==="), _("it ends where the file ends")),
    "yarn.open_if": (_("an <<if>> is not closed"), _("it ends where its node ends")),
    "yarn.once": (_("this is said once in Yarn, and each time here"), _("whoever comes again reads it again")),
    "yarn.attribute": (_("the attribute %(name)s is left out"), _("only Yarn knows how it looks")),
    "yarn.several": (
        _("one of several lines is spoken in Yarn; all of them stand here"), _("take out all but the one that you want")
    ),
    "yarn.tag": (_("the tag %(words)s is left out"), _("only the game that it is for knows it")),
    "yarn.declared": (_("the value of a variable at the start is not understood"), _("the variable begins at 0")),
    "yarn.command": (_("<<%(name)s>> is kept as a note"), _("only the game that it is for knows it")),
    # ------------------------------------------------------------------ Ink
    "ink.include": (_("INCLUDE %(name)s: there is no such file here"), _("what it holds is missing")),
    "ink.open_block": (_("a block in braces is not closed"), CUT),
    "ink.no_start": (_("nothing stands before the first knot"), _("the story starts with it")),
    "ink.declared": (_("what is declared here has no place in a story"), ONLY_INK),
    "ink.function": (_("the function %(name)s is kept and not carried out"), ONLY_INK),
    "ink.spaces": (_("spaces in a row become one, here and further on"), AS_INK),
    "ink.logic": (_("logic stays in the text as it was written"), SHOWN),
    "ink.given": (_("%(words)s: what is handed on stays behind"), _("no scene takes values")),
    "ink.embeds": (
        _("what %(name)s holds is shown here and then left again"), _("it is not copied into the scene")
    ),
    # ------------------------------------------------------------------ ChoiceScript
    "choicescript.no_scene": (_("the scene %(name)s is listed and is not there"), MISSING),
    "choicescript.no_option": (_("this is no option of the choice"), LOST),
    "choicescript.left": (_("*%(name)s has no place in a performance"), LOST),
    "choicescript.command": (_("*%(name)s is kept as a note"), _("it is not known here")),
    # ------------------------------------------------------------------ Twine
    "twine.conditional": (_("text under a condition is always shown"), ALWAYS),
    "twine.code": (_("code stays in the text"), SHOWN),
    "twine.embeds": (_("text of another passage is shown here"), _("it is not copied in")),
    "twine.more": (_("%(name)s shows more text here"), _("all of it, or its first words, are shown at once")),
    "twine.back": (_("%(name)s leads back"), _("a live performance only goes on")),
    "twine.outside": (_("a link to %(name)s leads out of the story"), _("its words stay and lead nowhere")),
    "twine.unshown": (_("code and notes are left out of the words"), _("only the game that it is for knows it")),
    "twine.script": (_("a script is left out of the words"), _("what it does is not done here")),
    "twine.picture": (_("a picture is left out of the words"), _("a scene holds words alone")),
    "twine.tags": (_("HTML tags are left out of the words"), _("a scene is set as a screenplay")),
    "twine.unknown": (_("something is not known here: %(names)s"), ANYWHERE),
    "twine.no_start": (_("the start '%(name)s' is no passage"), _("look where the story begins now")),
    "twine.no_ifid": (_("the story has no IFID"), _("it was given one")),
    "twine.no_name": (_("a passage has no name"), NO_LINK),
    "twine.no_numbers": (_("the passages have no numbers"), _("the story starts with the first")),
    "twine.open_tags": (_("the tags of '%(name)s' are not closed"), _("they are read to the end of the line")),
    "twine.open_element": (_("<%(name)s> is not closed"), _("its text ends where the story ends")),
    "twine.metadata": (
        _("the metadata of '%(name)s' is not JSON"), _("it was left out, as the specification wishes it")
    ),
    "twine.colons": (_("a line of '%(name)s' begins with ::"), _("a space was put before it")),
    # ------------------------------------------------------------------ Final Draft
    "fdx.type": (_("paragraphs of the type '%(name)s' became action: %(number)s"), _("no script here has that type")),
    "fdx.revisions": (_("marks of revisions are left out: %(number)s"), NOT_HERE),
    "fdx.tags": (_("tags for a breakdown are left out: %(number)s"), NOT_HERE),
    "fdx.looks": (
        _("pieces of text with a font, size or colour of their own: %(number)s"), _("they are set as everything else")
    ),
    "fdx.bookmarks": (_("bookmarks and labels are left out: %(number)s"), NOT_HERE),
    "fdx.pages": (_("locked pages are left out: %(number)s"), _("pages are laid out anew")),
    "fdx.pictures": (_("pictures are left out: %(number)s"), NOT_HERE),
    "fdx.header": (_("the head and foot of the pages are left out"), _("pages are laid out anew")),
    "fdx.board": (_("the cards of the board are left out"), NOT_HERE),
    # ------------------------------------------------------------------ on the way out
    "out.kind": (_("'%(name)s': a beat of the kind %(kind)s was written as prose"), _("that format has no such kind")),
    "out.spaces": (_("'%(name)s': spaces in a row, at the ends, or line breaks become one space"), AS_INK),
    "out.tag": (_("'%(name)s': the tag '%(tag)s' was written as %(now)s"), _("a tag of Twine holds no spaces")),
    "out.styles": (
        _("'%(name)s': styles that overlap are not all written"), _("signs in a text cannot cross each other")
    ),
    "out.statement": (_("'%(name)s': a statement of another tool is kept in a comment"), THEIRS),
    "out.condition": (_("the condition of '%(label)s' is another tool's: it is kept in a comment"), THEIRS),
    "out.effects": (
        _("what the choice '%(label)s' changes has no place in %(dialect)s: it is kept in a comment"), THEIRS
    ),
    "out.brackets": (_("brackets in '%(label)s' would be misread"), _("they were written as round ones")),
    "out.no_scene": (_("'%(label)s' leads to '%(target)s', which is no scene"), _("it is left open")),
}  # fmt: skip
