"""Breakdowns: scenes, cast, places and one actor's lines, on the page and as CSV."""

import pytest

from storyengine.plot.branch import BranchBeat
from storyengine.plot.headings import place_of, time_of
from storyengine.script.reports import (
    Side,
    break_down,
    cast_csv,
    page_length,
    places_csv,
    scenes_csv,
    sides,
    sides_csv,
    to_csv,
)
from storyengine.script.screenplay import Options, Screenplay, ScriptScene

SCRIPT = Screenplay(
    "",
    "en",
    (),
    (
        ScriptScene(
            "1",
            "INT. BAR - NIGHT",
            (
                BranchBeat("dialogue", "Who is there?", "ODA"),
                BranchBeat("parenthetical", "softly", "Bram (O.S.)"),
                BranchBeat("dialogue", "Me.", "Bram (O.S.)"),
            ),
        ),
        ScriptScene("2", "EXT. SHORE - DAWN", (BranchBeat("action", "Sand."),)),
        ScriptScene("3", "INT. BAR - DAY", (BranchBeat("dialogue", "=cmd()", "BRAM"),)),
    ),
)


def test_break_down_counts_scenes_cast_and_places() -> None:
    found = break_down(SCRIPT, Options())
    assert (found.pages, found.words) == (1, 7)
    assert [(row.number, row.place, row.time, row.page, row.cast) for row in found.scenes] == [
        ("1", "BAR", "NIGHT", 1, ("ODA", "BRAM")),
        ("2", "SHORE", "DAWN", 1, ()),
        ("3", "BAR", "DAY", 1, ("BRAM",)),
    ]
    assert [(row.name, row.scenes, row.speeches, row.words) for row in found.cast] == [
        ("ODA", ["1"], 1, 3),
        ("BRAM", ["1", "3"], 2, 2),
    ]
    assert [(row.name, row.scenes, row.times) for row in found.places] == [
        ("BAR", ["1", "3"], ["NIGHT", "DAY"]),
        ("SHORE", ["2"], ["DAWN"]),
    ]


def test_sides_are_one_voices_lines_with_their_cues() -> None:
    assert sides(SCRIPT, "bram") == [
        Side("1", "INT. BAR - NIGHT", "ODA", "Who is there?", "(softly)\nMe."),
        Side("3", "INT. BAR - DAY", "", "", "=cmd()"),
    ]
    assert sides(SCRIPT, "NOBODY") == []


def test_csv_holds_no_formula_and_opens_in_any_spreadsheet() -> None:
    assert sides_csv(sides(SCRIPT, "BRAM")) == (
        "\ufeffScene,Heading,Cue by,Cue,Speech\r\n"
        '1,INT. BAR - NIGHT,ODA,Who is there?,"(softly)\nMe."\r\n'
        "3,INT. BAR - DAY,,,'=cmd()\r\n"
    )
    for text in ("=1", "+1", "-1", "@x", " =1", "\t=1", "＝1", "＋1"):
        assert to_csv(["a"], [[text, 1]]).split("\n", 1)[1].startswith(("'", "\"'"))
    found = break_down(SCRIPT, Options())
    assert scenes_csv(found).split("\r\n")[1] == '1,INT. BAR - NIGHT,BAR,NIGHT,1,0 1/8,"ODA, BRAM"'
    assert cast_csv(found).split("\r\n")[2] == 'BRAM,"1, 3",2,2'
    assert places_csv(found).split("\r\n")[2] == "SHORE,2,DAWN,0 1/8"


@pytest.mark.parametrize(
    ("heading", "place", "time"),
    [
        ("INT. BAR - NIGHT", "BAR", "NIGHT"),
        ("INT./EXT. CAR - ROAD - LATER", "CAR - ROAD", "LATER"),
        ("EXT. SHORE", "SHORE", ""),
        ("INT. BAR - BACK ROOM", "BAR - BACK ROOM", ""),
        ("内景 茶馆 - 夜", "茶馆", "夜"),
        ("外景. 码头 —— 清晨", "码头", "清晨"),
        ("FLASHBACK", "FLASHBACK", ""),
    ],
)
def test_headings_tell_place_and_time(heading: str, place: str, time: str) -> None:
    assert (place_of(heading), time_of(heading)) == (place, time)


@pytest.mark.parametrize(("eighths", "text"), [(1, "1/8"), (8, "1"), (11, "1 3/8"), (16, "2")])
def test_page_length(eighths: int, text: str) -> None:
    assert page_length(eighths) == text
