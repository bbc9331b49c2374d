"""Harlowe: macros in round brackets with hooks in square ones. Most of a real story's links are made by these."""

import re
from dataclasses import dataclass, field

from storyengine.plot.formats.dialects import HARLOWE, effects_of
from storyengine.plot.formats.twine.scan import (
    Branches,
    Context,
    Link,
    Scan,
    arguments,
    enclosed,
    hidden,
    link_at,
    literals,
    quoted,
    to_the_letter,
)
from storyengine.plot.formats.twine.seams import BETWEEN, first_seam, seam

TOKEN = re.compile(r"\[\[(?!\[)|[\[\]{}]|\((\$?[A-Za-z_][\w/-]*):")
NAMED = re.compile(r"\|[\w-]+[>)]$")
CHANGER = re.compile(r"\$[A-Za-z_]\w*$")
TAG = re.compile(r"[<(][\w-]+\|")
EITHER = re.compile(r"""\(either:(?:\s*(?:"[^"]*"|'[^']*')\s*,?)+\)""")
COMPOSED = re.compile(r"\s*\+\s*(?=\()|(?=\[\[)")  # one changer more, or a link that it changes
HOOK = re.compile(r"(?:\|[\w-]+[>)])?(?:\[(?!\[)|\[\[\[)")  # it may have a name
SPACED = re.compile(rf"\s*{HOOK.pattern}")
# Lines that only align what follows or set it in columns, and what makes a line a heading.
LAYOUT = re.compile(
    r"^[ \t]*(?:==+>|<==+>?|=+><=+|\|=+\|?|=*\|+=+|=+\|+)[ \t]*$|^[ \t]*#{1,6}[ \t]*(?=\w)", re.MULTILINE
)
CHANGING = set(
    "align append bg box color colour css font for hidden live loop opacity prepend replace t8n textcolor textcolour "
    "textstyle transition".split()
)  # these may stand apart from their hook, as conditions do
UNSEEN = set(
    "alert animate change confirm consolelog enchant enchantin erasepast goodbye hide loadgame mark metadata "
    "openurl pagetitle prompt rerun savegame scroll seed show stop storylet".split()
)  # what these do nobody reads where no hook follows them
CHOSEN = {"cyclinglink", "seqlink", "sequencelink", "dropdown", "cycle", "seq"}  # they show the first of their texts
ASKING = {"if", "unless", "elseif", "else"}
GOTO = {"goto"}
LINK_GOTO = {"linkgoto", "linkrevealgoto", "linkreplacegoto"}
HOOK_GOTO = {"clickgoto", "mouseovergoto", "mouseoutgoto"}
LINK = {"link", "linkreplace", "linkreveal", "linkrepeat", "linkrerun", "linkshow", "linkfullscreen", "linkstorage"}
BACK = {"linkundo", "undo", "iconundo", "restart", "reload", "iconrestart", "restartgame", "linkrestart"}
SPEAKING = {"print", "display", "verbatim", "source", "macro"}  # what these say, nobody here can
SET = {"set", "put", "move"}
# What the story format brings and what cannot lead to another passage. Names are compared without hyphens and case.
KNOWN = set(
    "a abs action after afterall alert align allpass altered ancestor animate any append array b4r b4r-size "
    "backdrop background bg bindbind bool boolean border borderradius bordersize box boxed bu but button "
    "buttoncss ceil centre change charstyle charstyles checkbox checkboxfullscreen clamp click clickappend "
    "clickprepend clickreplace clickrerun codepoints collapse color colour columns complement cond confirm "
    "consolelog cornerradius corners cos count counter css currentdate currenttime cycle cyclinglink datamap "
    "datanames datapairs dataset datasets datatype dataunique datavalues debug depthtext dialog dialogue dice "
    "digital display dm done dropdown ds dsalert either else elseif enchant enchantin enchantment erase erasepast "
    "event exclusivity exp find firsttime floor folded font fonts for force forcecheckbox forceinput "
    "forceinputbox gamesaves goodbye gradient gradientbg graph gt hidden hide history hook hooknames hookset "
    "hover hoverstyle hsl hsla hslh icon iconcounter iconfullscreen iconrestart iconundo if ignore input inputbox "
    "inputtext interlaced intersection joined lambda lch lcha lchh lerp line linearr lines linkreplace "
    "linkrevealgoto linkstyle live load loadgame lockout log log10 log2 lowercase lowerfirst ltr ltrb macro mark "
    "mask matrix max maximum metadata meter midi min mixed mod monthday mouseout mouseoutappend mouseoutprepend "
    "mouseoutreplace mouseover mouseoverappend mouseoverprepend mouseoverreplace move nth nthnext num number "
    "opacity openstorylets openurl output outputdata outputhook p packed page pagetitle palette partial pass "
    "passage passages pattern permutations pi plural pluralize popup pow prepend print prompt put query radial "
    "random range rave recompile redirect remove removetransition rename repeat replace replacewith rerun reveal "
    "reversed rgb rgba rot rotate rotated rotatex rotatey round rtl save savedgames savegame scroll scrollstyle "
    "seed seq seqlink sequencelink set shared show showhide shuffled sign simpledialog sin size sorted source "
    "sourcein spacing speed splice split splitted sq sqrt star stop storagevalue storylet storyletswhile str "
    "string strings stripe subarray subdata substring symmetricdifference t8n t8n-time t8narrive t8ndelay "
    "t8ndepart t8nskip t8ntime tan text textcolor textcolour textindent textrotate textrotatex textrotatey "
    "textrotatez textshadow textsize textstyle textstyles thisPassage time timed timedlink timeout timestamp "
    "titlecase toggle transition transitionarrive transitiondelay transitiondepart transitionskip transitiontime "
    "trimmed trunc twist typed unfolded unique unless unpack unsafe uppercase upperfirst urgency urlhash utf v6m "
    "v6mprint v6msource verbatim verbatimprint verbatimsource visited weekday width words yearday".split()
)
BAD_BRACKETS = 40  # so many macros that are not closed, and the rest is read as prose


@dataclass(slots=True)
class Hook:
    """What a [ opened: whether it holds conditions, and the label of the link whose text it is."""

    conditional: bool = False
    asked: int = 0  # where its condition stands
    label: str | None = None
    macro: tuple[int, int] = (0, 0)
    effects: list[str] = field(default_factory=list)
    first: int = 0  # of the links that were found inside
    depth: int = 0  # of the conditions around it
    cut: bool = False  # its brackets are no prose, since what was before them is understood
    start: int = 0
    cuts: int = 0  # how many there were before it
    goes: bool = False  # its label makes room for its words once it is clicked


def scan_harlowe(text: str, context: Context) -> Scan:
    """Links, embeds and statements of one passage; linear in its length, and not deeper than its hooks."""
    return _Harlowe(text, context).run()


class _Harlowe:
    def __init__(self, text: str, context: Context) -> None:
        self._text, self._context, self._scan = text, context, Scan()
        self._branches = Branches(HARLOWE)
        self._hooks: list[Hook] = []
        self._next = Hook()  # what the macro just read makes of the hook that follows
        self._chain: list[str] = []
        self._bad = 0

    def run(self) -> Scan:
        covered = hidden(self._text, verbatim=True)
        self._scan.cuts += [part for part in covered.stretches if self._text.startswith("<!--", part[0])]
        layout = (match.span() for match in LAYOUT.finditer(self._text))
        self._scan.cuts += [cut for cut in layout if not any(a <= cut[0] < b for a, b in covered.stretches)]
        at = 0
        while match := TOKEN.search(self._text, at):
            at = covered.beyond(match.start())
            if at == match.start():
                at = self._token(match)
        to_the_letter(self._text, covered.stretches, self._scan)
        return self._scan

    def _token(self, match: re.Match[str]) -> int:
        if match[0] == "[[":
            end = link_at(self._text, match.start(), self._scan, self._branches.condition)
            self._close_pending()
            return end or match.end()
        if match[0] in "{}":  # of what is between them Harlowe takes the line breaks away
            self._scan.cuts.append(match.span())
            return match.end()
        if match[0] == "[":
            self._next.first = len(self._scan.links)
            self._next.depth, self._next.start = self._branches.depth, match.start()
            self._next.cuts = len(self._scan.cuts)
            if changer := CHANGER.search(self._text, max(0, match.start() - 60), match.start()):
                self._scan.cuts.append(changer.span())
                self._next.cut = True
            if named := NAMED.search(self._text, max(0, match.start() - 60), match.start()):
                self._scan.cuts.append(named.span())
                self._next.cut = True
            if self._next.cut:
                self._scan.cuts.append(match.span())
            self._hooks.append(self._next)
            self._next = Hook()
            return match.end()
        if match[0] == "]":
            self._close_hook(match)
            return match.end()
        return self._macro(match)

    def _close_hook(self, match: re.Match[str]) -> None:
        hook = self._hooks.pop() if self._hooks else Hook()
        name = TAG.match(self._text, match.end()) if not hook.cut else None
        if name and match.start() >= hook.start:  # `[words]<name|`
            self._scan.cuts += [(hook.start, hook.start + 1), match.span(), name.span()]
        if hook.cut:
            self._scan.cuts.append(match.span())
        if hook.conditional:
            self._chain = self._branches.close()
            self._scan.asked.append((hook.asked, match.end()))
        if hook.label and all(link.start != hook.macro[0] for link in self._scan.links[hook.first :]):
            self._scan.shown.append((*hook.macro, hook.label + self._joint(hook, match.start())))
        for link in self._scan.links[hook.first :] if hook.effects else ():
            link.effects = "\n".join([*filter(None, [link.effects]), *hook.effects])

    def _joint(self, hook: Hook, end: int) -> str:
        """What parts a label from the words that take its place: both are shown here."""
        words, at = "", hook.start + 1
        for start, stop in sorted(self._scan.cuts[hook.cuts :]):
            words, at = words + self._text[at:start], max(at, stop)
        words += self._text[at:end]
        return (
            seam(f"{hook.label}{words}", len(hook.label or ""), len(hook.label or ""))
            if hook.goes and words.strip()
            else ""
        )

    def _close_pending(self) -> None:
        """A condition whose hook never came holds for nothing more."""
        if self._next.conditional:
            self._branches.close()
        self._next = Hook()

    def _macro(self, match: re.Match[str]) -> int:
        end = enclosed(self._text, match.end(), "(", ")") if self._bad < BAD_BRACKETS else -1
        if end < 0:
            self._bad += 1
            return match.end()
        name = re.sub(r"[-_]", "", match[1]).lower()
        given = self._text[match.end() : end].strip()
        self._close_pending()
        self._take(name, given, match.start(), end + 1)
        understood = name in KNOWN - SPEAKING or name in LINK
        if understood and (SPACED if name in ASKING | CHANGING else HOOK).match(self._text, end + 1):
            self._next.cut = True
            if name in ASKING:
                joint = (seam if name in BETWEEN else first_seam)(self._text, match.start(), end + 1)
                self._scan.shown.append((match.start(), end + 1, joint))
            elif name not in LINK:
                self._scan.cuts.append((match.start(), end + 1))
        elif name in UNSEEN and not SPACED.match(self._text, end + 1):
            self._scan.cuts.append((match.start(), end + 1))
            self._scan.keep(match.start(), "twine.script")
        elif understood and name not in LINK and (more := COMPOSED.match(self._text, end + 1)):
            self._scan.cuts.append((match.start(), more.end()))
        return end + 1

    def _take(self, name: str, given: str, start: int, end: int) -> None:
        if name in {"if", "unless"}:
            self._branches.open(given, negate=name == "unless")
            self._condition(start)
        elif name in {"elseif", "else"}:
            self._branches.reopen(self._chain, given)
            self._condition(start)
        elif name in SET:
            self._scan.cuts.append((start, end))
            clicked = next((hook for hook in reversed(self._hooks) if hook.label is not None), None)
            lines = _statements(name, given, self._branches.since(clicked.depth if clicked else 0))
            (clicked.effects if clicked else self._scan.effects).extend(lines)
        elif name in GOTO | LINK_GOTO | HOOK_GOTO:
            self._goto(name, arguments(given), start, end)
        elif name in LINK or name in {"click", "clickreplace"}:
            label = (quoted(arguments(given)[0]) or given) if name in LINK else ""
            self._next = Hook(label=label, macro=(start, end), goes=name in {"link", "linkreplace"})
        elif name == "display":
            self._display(given, start)
        elif name in BACK:
            self._scan.shown.append((start, end, quoted(arguments(given)[0]) or ""))
            self._scan.keep(start, "twine.back", f"({name}:)")
        elif name in CHOSEN and (texts := literals(given)):
            self._scan.shown.append((start, end, texts[0]))
            self._scan.keep(start, "twine.more", f"({name}:)")
        elif name not in KNOWN and name.lstrip("$") not in self._context.macros:
            self._scan.unknown.add(name)

    def _condition(self, start: int) -> None:
        self._next = Hook(conditional=True, asked=start)
        self._scan.keep(start, "twine.conditional")

    def _goto(self, name: str, given: list[str], start: int, end: int) -> None:
        """The target is the last text; a computed one leads to every passage that it names, and maybe elsewhere."""
        expression = given[-1] if name in GOTO or len(given) < 2 else given[1]
        target = quoted(expression)
        targets = [target] if target is not None else [n for n in literals(expression) if n in self._context.names]
        if target is None and not (targets and EITHER.fullmatch(expression)):
            self._scan.unknown.add(f"{name}: {expression[:40]}")
        label = quoted(given[0]) if len(given) > 1 and name in LINK_GOTO else None
        around = next((hook for hook in reversed(self._hooks) if hook.label is not None), None)
        if label is None and around is not None and name in GOTO:
            label = around.label or None
        place = around.macro if name in GOTO and around is not None and around.label else (start, end)
        if place != (start, end):
            self._scan.cuts.append((start, end))
        for found in targets:
            auto = name in GOTO and around is None
            self._scan.links.append(Link(*place, label or found, found, self._branches.condition, auto=auto))

    def _display(self, given: str, start: int) -> None:
        name = quoted(given)
        self._scan.embeds += [name] if name is not None else [n for n in literals(given) if n in self._context.names]
        if name is None:
            self._scan.unknown.add("display")
        self._scan.keep(start, "twine.embeds")


def _statements(name: str, given: str, condition: str) -> list[str]:
    found = []
    for part in arguments(given):
        if name == "set":
            variable = part.split(" to ")[0].strip()
            part = re.sub(r"\bit\b", lambda _: variable, part)  # noqa: B023
        else:
            value, _, variable = part.rpartition(" into ")
            part = f"{variable} to {value}"
        found.append(part)
    return effects_of(HARLOWE, found, condition=condition).splitlines()
