"""The map of a story: its graph, folded where chapters are folded, with the place of every node.

What is a node: a scene ("s12"), an open end ("e34": a choice that nothing follows yet), a folded chapter
("f:One"). Nodes keep their places while the story grows; `tidy` draws all of it afresh.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from storyengine.plot.chart import Chart, ChartChoice, ChartScene, read_chart
from storyengine.plot.detours import Link, is_free
from storyengine.plot.layout import COLUMN, FAR, HEIGHT, WIDTH, Diagram, Layout, backward_links, lay_out
from storyengine.plot.mazes import Point
from storyengine.plot.models import Drawing, Story
from storyengine.plot.states import end_state, scene_state

# A Twine passage is 100 by 100 units; a node here is 184 by 64. So stretched, what did not overlap there does not here.
STRETCH = (2.0, 1.0)
HAND = 2  # raised where lines are drawn otherwise: places that are stored stay, lines come anew
MOST_VARIANTS = 24  # drawings kept for a story: one for each set of folded chapters that somebody looked at


@dataclass(frozen=True, slots=True)
class Picture:
    """A graph with its nodes' places: what the page, the SVG and the tests read."""

    graph: Chart
    diagram: Diagram
    layout: Layout
    folded: frozenset[str]
    digest: str


def picture_of(story: Story, folded: Iterable[str] = ()) -> Picture:
    """The story's map; drawn where its graph changed since it was last looked at, else as it stands in the table."""
    graph = read_chart(story)
    shut = frozenset(folded) & set(graph.chapters)
    diagram = diagram_of(graph, shut)
    digest = _digest(diagram)
    return Picture(graph, diagram, _drawn(story, graph, diagram, shut, digest), shut, digest)


def tidy(story: Story) -> None:
    """Forget where everything was drawn: the next look at the map lays it out afresh."""
    Drawing.objects.filter(story=story).delete()


def diagram_of(graph: Chart, folded: frozenset[str] = frozenset()) -> Diagram:
    """The graph as nodes and links; a folded chapter is one node, and what runs inside it is not drawn."""
    names = {scene.pk: _name(scene, folded) for scene in graph.scenes}
    ends: dict[int, list[str]] = {}
    links: dict[Link, None] = {}
    for choice in graph.choices:
        source = names[choice.scene]
        if choice.to is not None and choice.to in names:
            target = names[choice.to]
        elif source.startswith("f:"):
            continue  # a folded chapter says how many open ends it holds
        else:
            target = f"e{choice.pk}"
            ends.setdefault(choice.scene, []).append(target)
        if source != target or source.startswith("s"):
            links.setdefault((source, target))
    nodes = [name for scene in graph.scenes for name in (names[scene.pk], *ends.get(scene.pk, ()))]
    fixed = {names[s.pk]: _place(s.place) for s in graph.scenes if s.place and names[s.pk].startswith("s")}
    return Diagram(tuple(dict.fromkeys(nodes)), tuple(links), names.get(graph.start or 0), fixed)


def map_json(
    picture: Picture, flags: Mapping[int, str] | None = None, shares: Mapping[int, float] | None = None
) -> dict[str, Any]:
    """The map as the page reads it. Sizes and places are in units of the drawing, centres of nodes.

    `flags`: by scene, how grave what the checks found there is. `shares`: by scene, how many per cent of random
    walks came by, where the story was played.
    """
    graph, layout = picture.graph, picture.layout
    scenes = {scene.pk: scene for scene in graph.scenes}
    chapters = {name: number for number, name in enumerate(graph.chapters)}
    labels: dict[Link, list[ChartChoice]] = {}
    names = {scene.pk: _name(scene, picture.folded) for scene in graph.scenes}
    for choice in graph.choices:
        target = names.get(choice.to or 0, f"e{choice.pk}")
        labels.setdefault((names[choice.scene], target), []).append(choice)
    back = backward_links(picture.diagram)
    flagged, walked = flags or {}, shares or {}
    twins = Counter((scene.title, scene.heading) for scene in graph.scenes)
    nodes: list[dict[str, Any]] = [
        _scene_json(scenes[pk], chapters, graph, layout.positions[f"s{pk}"])
        | _key_of_twin(scenes[pk], twins)
        | _flag(flagged.get(pk))
        | ({"walks": walked[pk]} if pk in walked else {})
        for pk in scenes
        if f"s{pk}" in layout.positions
    ]
    nodes += [_end_json(c, scenes[c.scene], chapters, layout.positions) for c in _ends(graph, layout)]
    nodes += [_folded_json(name, picture, chapters) for name in chapters if name in picture.folded]
    links = [
        _link_json(
            link, labels.get(link, []), layout.routes.get(link), is_back=link in back, is_far=_is_far(link, layout)
        )
        for link in picture.diagram.links
    ]
    return {
        "digest": picture.digest,
        "node": [WIDTH, HEIGHT],
        "chapters": list(chapters),
        "folded": [chapters[name] for name in chapters if name in picture.folded],
        "nodes": nodes,
        "links": links,
    }


def _is_far(link: Link, layout: Layout) -> bool:
    """A link that was left out of the layers because it spans so many: the page draws it only where one looks at it."""
    apart = abs(layout.positions[link[0]][0] - layout.positions[link[1]][0])
    return bool(layout.routes) and link not in layout.routes and apart > FAR * COLUMN


def _scene_json(scene: ChartScene, chapters: dict[str, int], graph: Chart, at: Point) -> dict[str, Any]:
    state = scene_state(scene)
    shape = {"id": f"s{scene.pk}", "key": scene.key, "title": scene.title, "x": at[0], "y": at[1], "state": state}
    if scene.heading != scene.title:
        shape["heading"] = scene.heading
    if scene.chapter:
        shape["chapter"] = chapters[scene.chapter]
    if scene.is_ending:
        shape["ending"] = True
    if scene.pk == graph.start:
        shape["start"] = True
    return shape


def _key_of_twin(scene: ChartScene, twins: Counter[tuple[str, str]]) -> dict[str, str]:
    """What tells cards apart that would say the same: the scenes of one place, headed alike."""
    if twins[(scene.title, scene.heading)] < 2:
        return {}
    return {"note": scene.key if scene.heading == scene.title else f"{scene.key} · {scene.heading}"}


def _flag(severity: str | None) -> dict[str, str]:
    return {"flag": severity} if severity else {}


def _ends(graph: Chart, layout: Layout) -> list[ChartChoice]:
    return [choice for choice in graph.choices if f"e{choice.pk}" in layout.positions]


def _end_json(choice: ChartChoice, scene: ChartScene, chapters: dict[str, int], at: dict[str, Point]) -> dict[str, Any]:
    x, y = at[f"e{choice.pk}"]
    state = end_state(choice)
    shape = {"id": f"e{choice.pk}", "title": choice.label, "x": x, "y": y, "state": state, "from": f"s{choice.scene}"}
    if choice.target:
        shape["heading"] = choice.target
    return shape | ({"chapter": chapters[scene.chapter]} if scene.chapter else {})


def _folded_json(name: str, picture: Picture, chapters: dict[str, int]) -> dict[str, Any]:
    inside = {scene.pk: scene for scene in picture.graph.scenes if scene.chapter == name}
    open_ends = sum(1 for choice in picture.graph.choices if choice.scene in inside and choice.to is None)
    x, y = picture.layout.positions[f"f:{name}"]
    return {
        "id": f"f:{name}",
        "title": name,
        "chapter": chapters[name],
        "x": x,
        "y": y,
        "state": "folded",
        "scenes": [f"s{pk}" for pk in inside],
        "inside": [[scene.key, scene.title] for scene in inside.values()],
        "open": open_ends,
        "ending": any(scene.is_ending for scene in inside.values()),
        "start": picture.graph.start in inside,
    }


def _link_json(
    link: Link, choices: list[ChartChoice], route: tuple[float, ...] | None, *, is_back: bool, is_far: bool
) -> dict[str, Any]:
    shape: dict[str, Any] = {"from": link[0], "to": link[1], "choices": [choice.pk for choice in choices]}
    if route:
        shape["route"] = list(route)
    if is_back:
        shape["back"] = True
    if is_far:
        shape["far"] = True
    if choices and all(choice.is_conditional for choice in choices):
        shape["conditional"] = True
    return shape


def _name(scene: ChartScene, folded: frozenset[str]) -> str:
    return f"f:{scene.chapter}" if scene.chapter in folded else f"s{scene.pk}"


def _place(place: tuple[float, float]) -> Point:
    return round(place[0] * STRETCH[0] + WIDTH / 2, 1), round(place[1] * STRETCH[1] + HEIGHT / 2, 1)


def _digest(diagram: Diagram) -> str:
    content = repr((HAND, diagram.nodes, diagram.links, diagram.start, sorted(diagram.fixed.items())))
    return hashlib.sha256(content.encode()).hexdigest()


def _drawn(story: Story, graph: Chart, diagram: Diagram, folded: frozenset[str], digest: str) -> Layout:
    """The stored layout of this digest, else a new one that keeps the places of the last.

    Two who look at once may both draw: the same diagram gives the same layout, so it is stored twice the same.
    """
    variant = hashlib.sha256("\0".join(sorted(folded)).encode()).hexdigest() if folded else ""
    last = Drawing.objects.filter(story=story, variant=variant).first()
    if last and last.digest == digest:
        return _layout(last)
    layout = lay_out(diagram, _kept(last, graph) if last else None)
    if last:
        layout = _with_routes(layout, _layout(last), diagram)
    _store(story, variant, digest, layout)
    return layout


def _kept(last: Drawing, graph: Chart) -> dict[str, Point]:
    """Where the nodes stood; a scene that now follows an open end takes the end's own place."""
    kept = {name: (point[0], point[1]) for name, point in last.positions.items()}
    for choice in graph.choices:
        if choice.to is not None and f"s{choice.to}" not in kept and f"e{choice.pk}" in kept:
            kept[f"s{choice.to}"] = kept.pop(f"e{choice.pk}")
    return kept


def _with_routes(layout: Layout, last: Layout, diagram: Diagram) -> Layout:
    """The old lines of links whose two ends have not moved, unless something new stands in their way."""
    stay = {name for name, point in layout.positions.items() if last.positions.get(name) == point}
    new = [point for name, point in layout.positions.items() if name not in stay]
    routes = {
        link: last.routes[link]
        for link in diagram.links
        if link in last.routes and set(link) <= stay and is_free(last.routes[link], new, WIDTH, HEIGHT)
    }
    return Layout(layout.positions, layout.routes | routes)


def _layout(row: Drawing) -> Layout:
    positions = {name: (point[0], point[1]) for name, point in row.positions.items()}
    return Layout(positions, {(source, target): tuple(route) for source, target, route in row.routes})


@transaction.atomic
def _store(story: Story, variant: str, digest: str, layout: Layout) -> None:
    row = {
        "digest": digest,
        "positions": layout.positions,
        "routes": [[*link, route] for link, route in layout.routes.items()],
        "drawn_at": Now(),
    }
    Drawing.objects.update_or_create(story=story, variant=variant, defaults=row)
    if variant:
        spare = Drawing.objects.filter(story=story).exclude(variant="").order_by("-drawn_at")[MOST_VARIANTS:]
        Drawing.objects.filter(pk__in=[drawing.pk for drawing in spare]).delete()
