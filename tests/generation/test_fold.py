"""Only what all ways from the start bring is sure; loops, orphans and cut-off ways are no exceptions."""

from storyengine.generation.facts import Fact
from storyengine.generation.fold import Sure, fold
from storyengine.generation.standing import Standing, stand
from storyengine.plot.ways import Ways

NAMES = ("NELL", "ARLO")
START, LEFT, RIGHT, MERGE, ORPHAN = range(1, 6)
DIAMOND = {START: (), LEFT: (START,), RIGHT: (START,), MERGE: (LEFT, RIGHT)}


def facts(*told: str) -> list[Standing]:
    verbs = {"takes": "has", "has": "has", "drops": "lost", "gives": "lost", "dies": "dead"}
    found = []
    for words in told:
        who, _, what = words.partition(" ")
        found.append(stand(Fact(who, what, words, verbs[what.partition(" ")[0]]), NAMES))  # type: ignore[arg-type]
    return found


def sure(
    own: dict[int, list[Standing]],
    *,
    kept: dict[int, list[Standing]] | None = None,
    before: dict[int, tuple[int, ...]] | None = None,
    unfollowed: frozenset[int] = frozenset(),
    last: int = MERGE,
) -> Sure:
    edges = {scene: frozenset(sources) for scene, sources in (before or DIAMOND).items()}
    return fold(Ways(edges, frozenset([START]), unfollowed), last, own, kept or {})


def test_what_ends_on_one_way_is_not_sure_after_the_merge() -> None:
    own = {START: facts("NELL takes the lamp", "ARLO takes the oar"), LEFT: facts("NELL drops the lamp")}
    assert sure(own).states == {("ARLO", "has the oar")}
    assert sure(own, last=RIGHT).states == {("NELL", "has the lamp"), ("ARLO", "has the oar")}


def test_the_same_state_in_other_words_on_each_way_is_sure() -> None:
    own = {LEFT: facts("NELL takes the lamp"), RIGHT: facts("ARLO gives the lamp to NELL")}
    assert sure(own).states == {("NELL", "has the lamp")}


def test_all_ways_pass_the_start_and_the_merge_alone() -> None:
    assert sure({}).scenes == {START, MERGE}


def test_an_orphan_that_leads_into_the_merge_is_no_way() -> None:
    before = DIAMOND | {MERGE: (LEFT, RIGHT, ORPHAN), ORPHAN: (ORPHAN,)}
    own = {START: facts("NELL takes the lamp"), ORPHAN: facts("NELL drops the lamp")}
    assert sure(own, before=before).states == {("NELL", "has the lamp")}
    assert sure(own, before=before).scenes == {START, MERGE}


def test_a_way_that_was_not_followed_may_bring_anything() -> None:
    before = DIAMOND | {MERGE: (LEFT, RIGHT, ORPHAN), ORPHAN: ()}
    own = {START: facts("NELL takes the lamp"), MERGE: facts("ARLO takes the oar")}
    assert sure(own, before=before, unfollowed=frozenset([ORPHAN])).states == {("ARLO", "has the oar")}


def test_a_loop_that_drops_something_makes_it_unsure_where_the_loop_comes_back() -> None:
    before = {START: (), LEFT: (START, MERGE), MERGE: (LEFT,)}
    own = {START: facts("NELL takes the lamp", "ARLO takes the oar"), MERGE: facts("NELL drops the lamp")}
    assert sure(own, before=before, last=LEFT).states == {("ARLO", "has the oar")}


def test_a_later_scene_ends_what_was_kept_at_a_merge_and_a_later_merge_intersects_it() -> None:
    kept = {LEFT: facts("NELL has the map")}
    assert sure({}, kept=kept, last=LEFT).states == {("NELL", "has the map")}
    assert sure({}, kept=kept).states == frozenset()
    ended = sure({MERGE: facts("NELL dies")}, kept={LEFT: kept[LEFT], RIGHT: kept[LEFT]})
    assert ended.states == {("NELL", "is dead")}


def test_a_long_story_is_folded_in_a_moment() -> None:
    before: dict[int, tuple[int, ...]] = {START: ()}
    own: dict[int, list[Standing]] = {}
    for scene in range(2, 3000, 2):
        before |= {scene: (scene - 1,), scene + 1: (scene - 1, scene)}
        own[scene] = facts(f"NELL takes the lamp {scene}")
    own[START] = facts("ARLO takes the oar")
    assert sure(own, before=before, last=2999).states == {("ARLO", "has the oar")}
