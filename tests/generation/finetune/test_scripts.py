"""A script becomes prompts and answers in the writer's own words; nothing in them is made up."""

import json
import re

import pytest

from storyengine.generation.finetune.scripts import lines_of
from storyengine.generation.parse import MAX_BEAT_TEXT, MAX_BEATS, parse_answer
from storyengine.generation.plan import plan_schema
from storyengine.generation.prompt import RULES, RULES_WITH_PLAN, Context
from storyengine.script.formats import FORMATS, read_script
from storyengine.script.screenplay import Screenplay

SCRIPT = """\
Title: The Ferry

INT. BOATHOUSE - NIGHT

Oda mends a net. Rain on the roof.

ODA
Somebody owes me a boat.

BRAM
(from the door)
Somebody always does.

He sets down a lantern.

EXT. RIVER - DAWN

= Oda finds the boat adrift.

The boat turns slowly in the reeds. Oda wades in up to her chest.

ODA
There you are.

She pulls a rope out of the water. It has been cut.

[[Check the tides.]]

BRAM
That was my rope.

CUT TO:

INT. BOATHOUSE - DAY

Bram lays the knife on the table. The blade is wet.

ODA
Why?

BRAM
Because you would have gone.

Oda picks up the knife and cuts the net in two.
"""
PROMPT = """\
# The Ferry
Language: English
Tone: 
Logline: 
Rules:

Characters:
- Oda: Oda mends a net.
- Bram: Bram lays the knife on the table.
Places:
- Boathouse: 
- River: 

# LAST SCENE
INT. Boathouse - NIGHT
Oda mends a net. Rain on the roof.
Oda: Somebody owes me a boat.
Bram: (from the door) Somebody always does.
He sets down a lantern.

# CHOICE
The boat turns slowly in the reeds.

# WRITE
Words: 30 to 50
Choices: 1
"""  # noqa: W291
ANYTHING = Context("", "en", "", "", (), (), (), (), "", "", choices=0)


def ferry(extension: str = "fountain") -> Screenplay:
    script = read_script(SCRIPT.encode(), "fountain")
    return read_script(FORMATS[extension].write(script), extension)


def answer(line: dict) -> dict:
    return dict(json.loads(line["completion"][0]["content"]))


@pytest.mark.parametrize("extension", ["fountain", "fdx"])
def test_script_becomes_one_example_for_each_scene_but_the_first(extension: str) -> None:
    first, second = lines_of(ferry(extension), plans=False)
    assert first["prompt"] == [{"role": "system", "content": RULES}, {"role": "user", "content": PROMPT}]
    assert answer(first) == {
        "heading": "EXT. River - DAWN",
        "beats": [
            {"kind": "action", "text": "The boat turns slowly in the reeds. Oda wades in up to her chest."},
            {"kind": "dialogue", "character": "Oda", "text": "There you are."},
            {"kind": "action", "text": "She pulls a rope out of the water. It has been cut."},
            {"kind": "dialogue", "character": "Bram", "text": "That was my rope."},
        ],
        "choices": ["Bram lays the knife on the table."],
        "summary": "Oda finds the boat adrift.",
    }
    assert "# SO FAR\n- Oda mends a net. He sets down a lantern.\n" in second["prompt"][1]["content"]
    assert (answer(second)["choices"], second["prompt"][1]["content"][-11:]) == ([], "Choices: 0\n")


def test_where_the_writer_plans_the_plan_is_in_the_scripts_own_words() -> None:
    plain, planned = (list(lines_of(ferry(), plans=plans)) for plans in (False, True))
    for without, line in zip(plain, planned, strict=True):
        assert [one["content"] for one in line["prompt"]] == [RULES_WITH_PLAN, without["prompt"][1]["content"]]
        told = answer(line)
        assert list(told) == ["plan", "choices", "heading", "beats", "summary"]
        plan = told.pop("plan")
        assert told == answer(without)
        words = [want["want"] for want in plan["wants"]] + plan["beats"] + [plan["change"]]
        assert all(one in SCRIPT for one in words)
        for schema, value in ((plan_schema(["ODA", "BRAM"])["properties"][name], plan[name]) for name in plan):
            assert schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", schema.get("maxLength"))
    assert answer(planned[0])["plan"] == {
        "wants": [{"who": "Oda", "want": "There you are."}, {"who": "Bram", "want": "That was my rope."}],
        "beats": ["The boat turns slowly in the reeds.", "She pulls a rope out of the water."],
        "change": "It has been cut.",
    }


def test_where_nobody_speaks_there_is_no_plan() -> None:
    beats = "\n\n".join(f"Wave {number} comes in." for number in range(5))
    script = f"INT. A - DAY\n\n{beats}\n\nEXT. B - DAY\n\n{beats}\n"
    (line,) = lines_of(read_script(script.encode(), "fountain"), plans=True)
    assert line["prompt"][0]["content"] == RULES
    assert "plan" not in answer(line)


@pytest.mark.parametrize("plans", [False, True])
def test_answer_reads_back_as_the_branch_it_was(plans: bool) -> None:
    for line in lines_of(ferry(), plans=plans):
        text = line["completion"][0]["content"]
        (scene,) = parse_answer(text, ANYTHING).scenes
        assert scene.heading.upper() in SCRIPT
        assert not re.search('": |", ', text)  # compact, as the grammar writes it


def test_long_scene_is_told_in_stretches_and_long_speech_in_pieces() -> None:
    speech = "The river takes what it is given and gives back nothing. " * 12
    rows = "\n\n".join(f"Wave {number} comes in." for number in range(30))
    script = f"INT. HALL - DAY\n\n{rows}\n\nODA\n{speech}\n\nBRAM leaves.\n"
    (line,) = lines_of(read_script(script.encode(), "fountain"), plans=False)
    written = answer(line)
    assert (written["heading"], written["beats"][0]["text"]) == ("INT. Hall - DAY", f"Wave {MAX_BEATS} comes in.")
    spoken = [beat["text"] for beat in written["beats"] if beat["kind"] == "dialogue"]
    assert " ".join(spoken) == speech.strip()
    assert len(spoken) == 3
    assert max(map(len, spoken)) <= MAX_BEAT_TEXT


def test_scene_too_short_for_a_branch_is_past_and_no_lesson() -> None:
    script = "INT. A - DAY\n\nODA waits.\n\nINT. B - DAY\n\nShe waits still.\n"
    assert list(lines_of(read_script(script.encode(), "fountain"), plans=True)) == []


def test_chinese_script_is_told_in_chinese() -> None:
    beats = "\n\n".join("阿禾收起缆绳。船动了。" for _ in range(5))
    (line,) = lines_of(
        read_script(f".内景 船屋 夜\n\n{beats}\n\n.内景 河 日\n\n{beats}\n".encode(), "fountain"), plans=False
    )
    assert "Language: Simplified Chinese" in line["prompt"][1]["content"]
    assert "# CHOICE\n阿禾收起缆绳。\n" in line["prompt"][1]["content"]
