"""The layout: every node once, nothing on top of anything, time from left to right, and a map that does not jump."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyengine.plot.layout import HEIGHT, WIDTH, Diagram, Layout, backward_links, lay_out


def large(scenes: int, *, seed: int = 1) -> Diagram:
    """Merges, jumps ahead and loops back."""
    dice = random.Random(seed)
    links = [
        (str(n), str(min(scenes - 1, n + dice.randint(1, 9)) if dice.random() < 0.95 else dice.randint(0, n)))
        for n in range(scenes - 1)
        for _ in range(dice.choice((1, 2, 2, 3)))
    ]
    return Diagram(tuple(str(n) for n in range(scenes)), tuple(links), "0")


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    points = sorted((x, y, name) for name, (x, y) in layout.positions.items())
    found = []
    for n, (x, y, name) in enumerate(points):
        for other_x, other_y, other in points[n + 1 :]:
            if other_x - x >= WIDTH:
                break
            if abs(other_y - y) < HEIGHT:
                found.append((name, other))
    return found


def test_no_scene_is_an_empty_map() -> None:
    assert lay_out(Diagram((), ())) == Layout({}, {})


def test_one_scene_stands_alone() -> None:
    assert list(lay_out(Diagram(("a",), (), "a")).positions) == ["a"]


def test_self_loop_and_parallel_choices_move_nothing() -> None:
    once = lay_out(Diagram(("a", "b"), (("a", "b"),), "a"))
    more = lay_out(Diagram(("a", "b"), (("a", "b"), ("a", "a"), ("a", "b")), "a"))
    assert more.positions == once.positions


def test_large_story_has_every_scene_once_and_no_overlap() -> None:
    diagram = large(2500)
    layout = lay_out(diagram)
    assert set(layout.positions) == set(diagram.nodes)
    assert overlaps(layout) == []


def test_links_run_to_the_right_unless_they_lead_back() -> None:
    diagram = large(400)
    layout, back = lay_out(diagram), backward_links(diagram)
    forward = [link for link in diagram.links if link not in back and link[0] != link[1]]
    wrong = [(a, b) for a, b in forward if layout.positions[b][0] < layout.positions[a][0] + WIDTH]
    assert (wrong, bool(back)) == ([], True)


def test_start_stands_leftmost_though_links_lead_back_to_it() -> None:
    diagram = Diagram(("s", "a", "b"), (("s", "a"), ("a", "b"), ("b", "s"), ("a", "s")), "s")
    places = lay_out(diagram).positions
    assert places["s"][0] < places["a"][0] < places["b"][0]
    assert backward_links(diagram) == {("b", "s"), ("a", "s")}


def test_backward_links_are_drawn_from_their_own_source() -> None:
    layout = lay_out(Diagram(("a", "b", "c"), (("a", "b"), ("b", "c"), ("c", "a")), "a"))
    route = layout.routes[("c", "a")]
    assert abs(route[0] - layout.positions["c"][0]) < abs(route[0] - layout.positions["a"][0])


def test_same_diagram_gives_the_same_layout() -> None:
    assert lay_out(large(300)) == lay_out(large(300))


def test_disconnected_parts_keep_apart() -> None:
    layout = lay_out(Diagram(("a", "b", "c", "d", "e"), (("a", "b"), ("c", "d")), "a"))
    assert (set(layout.positions), overlaps(layout)) == (set("abcde"), [])


def test_fixed_places_are_kept_to_the_letter() -> None:
    fixed = {"a": (10.0, 20.0), "b": (500.5, -40.0)}
    layout = lay_out(Diagram(("a", "b", "c"), (("a", "b"), ("b", "c")), "a", fixed))
    assert {name: layout.positions[name] for name in fixed} == fixed
    assert overlaps(layout) == []
    assert layout.positions["c"][0] > 500.5 + WIDTH


def test_new_scene_moves_nothing_that_stands() -> None:
    before = large(120)
    kept = lay_out(before).positions
    after = Diagram((*before.nodes, "new"), (*before.links, ("7", "new")), "0")
    places = lay_out(after, kept).positions
    assert {name: places[name] for name in before.nodes} == kept
    assert places["new"][0] > places["7"][0] + WIDTH
    assert overlaps(Layout(places, {})) == []


def test_story_beyond_measure_is_still_drawn_in_layers() -> None:
    diagram = large(8000)
    layout, back = lay_out(diagram), backward_links(diagram)
    assert (set(layout.positions), overlaps(layout)) == (set(diagram.nodes), [])
    places = layout.positions
    assert all(places[a][0] < places[b][0] for a, b in diagram.links if a != b and (a, b) not in back)


def test_map_that_has_become_another_is_drawn_afresh() -> None:
    diagram = large(60)
    assert lay_out(diagram, {"0": (0.0, 0.0)}) == lay_out(diagram)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40), st.integers(0, 11))
def test_any_graph_is_drawn_without_overlap(pairs: list[tuple[int, int]], start: int) -> None:
    nodes = tuple(str(n) for n in range(12))
    diagram = Diagram(nodes, tuple((str(a), str(b)) for a, b in pairs), str(start))
    layout, back = lay_out(diagram), backward_links(diagram)
    assert set(layout.positions) == set(nodes)
    assert overlaps(layout) == []
    for a, b in diagram.links:
        if a != b and (a, b) not in back:
            assert layout.positions[a][0] < layout.positions[b][0]


@pytest.mark.parametrize("kept", [0, 3, 6])
def test_half_placed_story_has_no_overlap(kept: int) -> None:
    diagram = large(10)
    fixed = dict(list(lay_out(diagram).positions.items())[:kept])
    layout = lay_out(Diagram(diagram.nodes, diagram.links, diagram.start, fixed))
    assert (set(layout.positions), overlaps(layout)) == (set(diagram.nodes), [])
