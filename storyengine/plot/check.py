"""What is wrong with a story's graph, found without playing it. Pure: a Graph in, findings out."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storyengine.plot.cues import name_of
from storyengine.plot.expressions import Unclear, names_in, parse
from storyengine.plot.graph import OPEN, Graph, components, reached
from storyengine.plot.possible import never_holds

ERROR, WARNING, NOTE = "error", "warning", "note"
KINDS: dict[str, tuple[str, Promise]] = {
    "no_start": (ERROR, _("The story has no scene to start from.")),
    "dead_link": (
        WARNING,
        _("“%(label)s” leads to “%(what)s”, which is no scene: if it is chosen, the writer writes what follows."),
    ),
    "no_way_on": (ERROR, _("No choice leads on from here, and it is not marked as an ending.")),
    "no_exit": (ERROR, _("Whoever comes here goes round for ever: %(what)s.")),
    "unreachable": (WARNING, _("No way from the start leads here.")),
    "possibly_unreachable": (NOTE, _("No way that can be read leads here; macros that are not known here may.")),
    "same_choice": (WARNING, _("Two choices say “%(label)s”.")),
    "never_holds": (WARNING, _("“%(label)s” is never offered: %(what)s cannot hold.")),
    "possibly_never_holds": (
        NOTE,
        _("“%(label)s” is offered only if code that is not known here makes it so: %(what)s."),
    ),
    "unclear": (NOTE, _("The condition of “%(label)s” cannot be evaluated, so it is always offered: %(what)s")),
    "nobody": (
        WARNING,
        _("Choices are to be written, but no character is listed: the writer knows only those it hears on the path."),
    ),
    "silent": (WARNING, _("%(what)s has no line.")),
    "ending_goes_on": (NOTE, _("Marked as an ending, but choices lead on from here.")),
}
RANK = {ERROR: 0, WARNING: 1, NOTE: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """`scene` and `choice` are ids of rows, None where it concerns the story; `what` is the author's own words."""

    code: str
    scene: int | None = None
    choice: int | None = None
    label: str = ""
    what: str = ""
    name: str = ""

    @property
    def severity(self) -> str:
        return KINDS[self.code][0]

    @property
    def message(self) -> str:
        return str(KINDS[self.code][1]) % {"label": self.label, "what": self.what}

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code, "severity": self.severity, "scene": self.scene, "name": self.name,
            "choice": self.choice, "message": self.message,
        }  # fmt: skip


def check(graph: Graph) -> list[Finding]:
    """All findings, the gravest first, in the order of the scenes."""
    checks: list[Callable[[Graph], Iterator[Finding]]] = [
        _start, _dead_links, _ways_on, _loops, _reach, _same_choices, _conditions, _characters,
    ]  # fmt: skip
    found = [finding for one in checks for finding in one(graph)]
    return sorted(found, key=lambda finding: RANK[finding.severity])


def by_scene(findings: list[Finding]) -> dict[int, list[Finding]]:
    """Scene id -> its findings, for a map or a page that shows them at their places."""
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.scene is not None:
            found.setdefault(finding.scene, []).append(finding)
    return found


def has_errors(findings: list[Finding]) -> bool:
    return any(finding.severity == ERROR for finding in findings)


def _start(graph: Graph) -> Iterator[Finding]:
    if graph.start is None:
        yield Finding("no_start")


def _dead_links(graph: Graph) -> Iterator[Finding]:
    for way in graph.ways:
        if way.to == OPEN and way.target:
            yield _at(graph, "dead_link", way.scene, choice=way.id, label=way.label, what=way.target)


def _ways_on(graph: Graph) -> Iterator[Finding]:
    leads_on = {way.scene for way in graph.ways}
    shown = {b for _, b in graph.inner}  # what is shown inside another scene comes back to it
    for n, ending in enumerate(graph.endings):
        if ending and n in leads_on:
            yield _at(graph, "ending_goes_on", n)
        elif not ending and not leads_on & {n} and n not in graph.loose | graph.returning | shown:
            yield _at(graph, "no_way_on", n)


def _loops(graph: Graph) -> Iterator[Finding]:
    """Circles that the story can come to, and from which no ending, open choice or unknown macro can be reached."""
    following = graph.following()
    out = graph.outgoing()
    reachable = _reachable(graph, following)
    escapes = {n for n in range(len(graph.ids)) if graph.endings[n] or not out[n] or n in graph.loose}
    escapes |= {way.scene for way in graph.ways if way.to == OPEN}
    free = set[int]()
    for component in components(following):  # what a component leads to comes before it
        inside = set(component)
        leaves = any(n in escapes or any(after in free for after in following[n]) for n in component)
        if leaves:
            free.update(component)
        elif component[0] in reachable and all(after in inside for n in component for after in following[n]):
            names = ", ".join(graph.titles[n] for n in sorted(component)[:6])
            yield _at(graph, "no_exit", min(component), what=names + (" …" if len(component) > 6 else ""))


def _reachable(graph: Graph, following: list[list[int]]) -> set[int]:
    joined = [list(after) for after in following]
    for a, b in graph.inner:
        joined[a].append(b)
    return reached(joined, [*([graph.start] if graph.start is not None else []), *graph.roots])


def _reach(graph: Graph) -> Iterator[Finding]:
    if graph.start is None:
        return
    seen = _reachable(graph, graph.following())
    code = "possibly_unreachable" if seen & graph.loose else "unreachable"
    for n in range(len(graph.ids)):
        if n not in seen:
            yield _at(graph, code, n)


def _same_choices(graph: Graph) -> Iterator[Finding]:
    for n, ways in enumerate(graph.outgoing()):
        if len(ways) > 1:
            said = Counter((graph.ways[w].label.casefold(), graph.ways[w].condition) for w in ways)
            for w in ways:
                way = graph.ways[w]
                if said.pop((way.label.casefold(), way.condition), 1) > 1:
                    yield _at(graph, "same_choice", n, choice=way.id, label=way.label)


def _conditions(graph: Graph) -> Iterator[Finding]:
    asked = [way for way in graph.ways if way.condition]
    if not asked:
        return
    impossible = never_holds(graph, {way.condition for way in asked})
    foreign = graph.loose & _reachable(graph, graph.following())  # may set any variable
    for way in asked:
        try:
            expression = parse(way.condition)
        except Unclear:
            yield _at(graph, "unclear", way.scene, choice=way.id, label=way.label, what=way.condition)
            continue
        if way.condition in impossible:
            code = "possibly_never_holds" if foreign and names_in(expression) else "never_holds"
            yield _at(graph, code, way.scene, choice=way.id, label=way.label, what=way.condition)


def _characters(graph: Graph) -> Iterator[Finding]:
    if not graph.characters and any(way.to == OPEN for way in graph.ways):
        yield Finding("nobody")
    for name in graph.characters:
        if name_of(name).casefold() not in graph.speaking:
            yield Finding("silent", what=name)


def _at(graph: Graph, code: str, n: int, *, choice: int | None = None, label: str = "", what: str = "") -> Finding:
    return Finding(code, graph.ids[n], choice, label, what, graph.titles[n])
