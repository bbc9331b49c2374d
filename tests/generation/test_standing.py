"""A later fact ends an earlier one that cannot be true beside it, and only such a one."""

import pytest

from storyengine.generation.facts import read_facts
from storyengine.generation.standing import ended_by, stand
from storyengine.plot.branch import BranchBeat, BranchScene

NAMES = ("NELL", "ARLO", "CAPTAIN PEG", "小武", "阿洛")


def after(*actions: str) -> list[str]:
    """What still stands once all of it has happened, a scene for each, as the states that it left."""
    scenes = [BranchScene("INT. THE TAP - NIGHT", (BranchBeat("action", text),)) for text in actions]
    told = [stand(fact, NAMES) for scene in scenes for fact in read_facts(scene, NAMES).facts]
    return [" ".join(one.state) for one, end in zip(told, ended_by(told), strict=True) if end is None]


@pytest.mark.parametrize(
    ("actions", "stand"),
    [
        (["NELL takes the lamp."], ["NELL has the lamp"]),
        (["NELL takes the lamp.", "NELL gives the lamp to ARLO."], ["ARLO has the lamp"]),
        (["NELL takes the lamp.", "NELL hands Arlo the lamp."], ["ARLO has the lamp"]),
        (["NELL takes the lamp.", "ARLO steals the lamp."], ["ARLO has the lamp"]),
        (["NELL finds a lamp.", "NELL loses the lamp."], ["NELL loses the lamp"]),
        (["NELL loses the map.", "NELL finds the map."], ["NELL has the map"]),
        (["NELL loses the map.", "ARLO finds the map."], ["NELL loses the map", "ARLO has the map"]),
        (["NELL takes the letter.", "ARLO burns the letter."], ["ARLO burns the letter"]),
        (["NELL takes the lamp.", "NELL has no lamp."], ["NELL has no lamp"]),
        (["NELL hides the key under the stone.", "NELL takes the key."], ["NELL has the key"]),
        (
            ["NELL hides the key under the stone.", "NELL hides the key in the well."],
            ["NELL hides the key in the well"],
        ),
        (["NELL is at the mill.", "NELL arrives at the harbour."], ["NELL arrives at the harbour"]),
        (["NELL goes to the mill.", "NELL leaves the house."], ["NELL leaves the house"]),
        (["NELL promises to wait.", "NELL refuses to wait."], ["NELL refuses to wait"]),
        (["NELL is the captain.", "NELL is not the captain."], ["NELL is not the captain"]),
        (["NELL is dead.", "NELL is alive."], ["NELL is alive"]),
    ],
)
def test_a_change_ends_what_it_changes(actions: list[str], stand: list[str]) -> None:
    assert after(*actions) == stand


def test_the_dead_hold_know_and_mean_nothing_any_more() -> None:
    living = ["NELL takes the lamp.", "NELL knows who did it.", "NELL promises to wait.", "NELL is at the mill."]
    assert len(after(*living)) == 4
    assert after(*living, "ARLO gives the oar to NELL.", "NELL betrays ARLO.", "NELL drowns.") == [
        "NELL betrays ARLO",
        "NELL is dead",
    ]


@pytest.mark.parametrize(
    "actions",
    [
        ["NELL takes the red key.", "NELL drops the blue key."],
        ["NELL finds a lamp.", "ARLO buys a lamp."],
        ["NELL takes the lamp.", "ARLO drops the oar."],
        ["NELL takes her coat.", "ARLO takes his coat."],
        ["NELL goes to the mill.", "ARLO goes to the harbour."],
        ["NELL promises to wait.", "NELL refuses to sing."],
        ["NELL takes the lamp.", "NELL hides the lamp under the stone."],
        ["NELL takes a breath.", "NELL takes the stairs."],
        ["小武拿起红灯。", "小武丢了蓝灯。"],
    ],
)
def test_what_can_be_true_together_stays(actions: list[str]) -> None:
    assert len(after(*actions)) == 2


@pytest.mark.parametrize(
    ("actions", "stand"),
    [
        (["小武拿起了那盏灯。", "小武把灯交给阿洛。"], ["阿洛 拿着灯"]),
        (["小武拿起了那盏灯。", "小武递给阿洛那盏灯。"], ["阿洛 拿着那盏灯"]),
        (["小武藏起了那把钥匙。", "小武丢了钥匙。"], ["小武 丢了钥匙"]),
        (["小武有一封信。", "小武没有信。"], ["小武 没有信"]),
        (["小武离开码头。", "小武来到灯塔。"], ["小武 来到灯塔"]),
        (["小武答应等阿洛。", "小武拒绝等阿洛。"], ["小武 拒绝等阿洛"]),
        (["小武是船长。", "小武不是船长。"], ["小武 不是船长"]),
        (["小武找到钥匙。", "小武知道真相。", "小武死了。"], ["小武 已死"]),
    ],
)
def test_chinese_changes_end_what_they_change(actions: list[str], stand: list[str]) -> None:
    assert after(*actions) == stand


def test_what_was_said_stays_said_whatever_happens() -> None:
    said = BranchScene("INT. THE TAP - NIGHT", (BranchBeat("dialogue", "I never saw the Skoda before.", "NELL"),))
    gone = BranchScene("INT. THE TAP - NIGHT", (BranchBeat("action", "NELL dies."),))
    told = [stand(fact, NAMES) for scene in (said, gone) for fact in read_facts(scene, NAMES).facts]
    assert ended_by(told) == [None, None]


def test_it_says_which_fact_ended_which() -> None:
    texts = ["NELL takes the lamp.", "ARLO goes to the mill.", "NELL drops the lamp.", "ARLO dies."]
    scene = BranchScene("INT. THE TAP - NIGHT", tuple(BranchBeat("action", text) for text in texts))
    told = [stand(fact, NAMES) for fact in read_facts(scene, NAMES).facts]
    assert ended_by(told) == [2, 3, None, None]
