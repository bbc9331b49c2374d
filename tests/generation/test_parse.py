"""A model's text becomes a branch or a coded error; nothing in between."""

import json
from dataclasses import replace

import jsonschema
import pytest

from storyengine.errors import Refused
from storyengine.generation.parse import answer_schema, check_asked, check_readable, parse_answer
from storyengine.plot.branch import BranchBeat
from tests.factories import answer_json
from tests.generation.test_prompt import SMALL


def changed(**fields: object) -> str:
    return json.dumps(json.loads(answer_json()) | fields)


def test_parse_answer_reads_one_scene() -> None:
    (scene,) = parse_answer(answer_json(), SMALL).scenes
    assert scene.heading == "EXT. The Landing - DAY"
    assert scene.beats[1] == BranchBeat("dialogue", "You owe me for the last time.", "Oda")
    assert scene.choices == ("Ask the river", "Take the key", "Push off alone")
    assert scene.summary == "The thief offers a key."


@pytest.mark.parametrize("wrapped", ["```json\n{}\n```", "Here it is: {} Enjoy!", "\n\n{}<|im_end|>"])
def test_parse_answer_finds_the_object_in_what_a_model_says_around_it(wrapped: str) -> None:
    assert parse_answer(wrapped.replace("{}", answer_json()), SMALL) == parse_answer(answer_json(), SMALL)


@pytest.mark.parametrize("heading", ["INT. INT. CAR DECK - NIGHT", "INT. CAR DECK - NIGHT"])
def test_a_heading_says_inside_once(heading: str) -> None:
    text = answer_json().replace(json.loads(answer_json())["heading"], heading)
    assert parse_answer(text, SMALL).scenes[0].heading == "INT. CAR DECK - NIGHT"


def test_parse_answer_drops_what_says_the_same_or_nothing() -> None:
    beats = json.loads(answer_json())["beats"]
    blank = {"kind": "action", "text": " \n"}
    (scene,) = parse_answer(changed(choices=["Row", " row ", " ", "Wait"], beats=[blank, *beats]), SMALL).scenes
    assert scene.choices == ("Row", "Wait")
    assert scene.beats == parse_answer(answer_json(), SMALL).scenes[0].beats


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not one JSON object"),
        ("I cannot write that.", "not one JSON object"),
        ("[1, 2]", "not one JSON object"),
        ("}{", "not one JSON object"),
        (answer_json()[:-20], "not one JSON object"),
        (answer_json() + answer_json(), "not one JSON object"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "not one JSON object"),
        (changed(choices="Row"), "not one JSON object"),
        (changed(choices={"Row": 1}), "not one JSON object"),
        (changed(choices=None), "not one JSON object"),
        (changed(choices=[1]), "not one JSON object"),
        (changed(choices=[]), "choices: none leads on"),
        (changed(choices=[str(n) for n in range(9)]), "choices: 9 are too many, 8 at most"),
        (changed(beats=[]), "beats: at least one is needed"),
        (changed(beats=[{"kind": "dialogue", "text": "x"}]), "character: text is needed"),
        (changed(heading=""), "heading: is empty"),
        (changed(heading=None), "heading: text is needed"),
        (changed(summary="x" * 601), "summary: 601 characters are too many, 600 at most"),
    ],
)
def test_parse_answer_refuses(text: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_answer(text, SMALL)
    assert (refused.value.code, str(refused.value.detail["reason"])) == ("writer.answer_invalid", reason)


def test_answer_schema_lets_only_the_characters_speak() -> None:
    schema = answer_schema(SMALL)
    spoken = schema["properties"]["beats"]["items"]["anyOf"][1]
    assert spoken["properties"]["character"] == {"enum": ["Oda"]}
    assert list(schema["properties"]) == ["heading", "beats", "choices", "summary"]
    assert (schema["properties"]["choices"]["minItems"], schema["properties"]["choices"]["maxItems"]) == (3, 3)


def test_answer_schema_begins_with_the_plan_where_one_is_asked_for() -> None:
    schema = answer_schema(replace(SMALL, plan=True, characters=(("ODA", ""), ("BRAM", ""))))
    assert list(schema["properties"]) == ["plan", "choices", "heading", "beats", "summary"]
    spelt = answer_json().replace("ODA", "Oda").replace("BRAM", "Bram")
    jsonschema.validate(json.loads(spelt), schema)


@pytest.mark.parametrize(
    ("label", "text", "reason"),
    [
        (",", "ODA ties the rope.", "a heading, a choice or the scene says nothing"),
        ("Ask the river", "ODA ties the part part part Part rope.", "one word over and over"),
    ],
)
def test_check_readable_refuses_what_says_nothing(label: str, text: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        check_readable(parse_answer(answer_json(label, text), SMALL))
    assert (refused.value.code, str(refused.value.detail["reason"])) == ("writer.answer_invalid", reason)


@pytest.mark.parametrize(("signs", "is_readable"), [(20, False), (5, False), (4, True)])
def test_check_readable_refuses_a_scene_most_of_whose_beats_are_signs_alone(signs: int, is_readable: bool) -> None:
    worded = [{"kind": "action", "text": f"The rope holds for {times} more turns."} for times in (2, 3, 4, 5)]
    beats = [*({"kind": "action", "text": ","} for _ in range(signs)), *worded[: 0 if signs == 20 else 4]]
    found = ""
    try:
        check_readable(parse_answer(changed(beats=beats), SMALL))
    except Refused as refused:
        found = str(refused.detail["reason"])
    assert found == ("" if is_readable else "a heading, a choice or the scene says nothing")


@pytest.mark.parametrize(
    ("text", "is_readable"),
    [
        ("No, no, no! ODA ties the rope.", True),
        ("Ha ha ha ha!", True),
        ("No, no, no, no, no.", True),
        ("La la la la la.", True),
        ("No, no, no.", True),
        ("ten ten ten ten", False),
        ("Ha ha ha ha ha ha ha", False),
        ("no no no no no no", False),
    ],
)
def test_check_readable_lets_people_laugh_sing_and_say_no_as_often_as_they_do(text: str, is_readable: bool) -> None:
    found = ""
    try:
        check_readable(parse_answer(answer_json(text=text), SMALL))
    except Refused as refused:
        found = refused.code
    assert found == ("" if is_readable else "writer.answer_invalid")


def asked(text: str, **context: object) -> str:
    """Empty where the answer holds to what was asked for, else the reason."""
    told = replace(SMALL, characters=(("ODA", ""), ("BRAM", "")), **context)
    try:
        check_asked(text, parse_answer(text, told), told)
    except Refused as refused:
        return f"{refused.detail['reason']}" if refused.code == "writer.answer_invalid" else refused.code
    return ""


def test_answer_has_as_many_choices_as_were_asked_for() -> None:
    assert asked(answer_json()) == ""
    assert asked(changed(choices=["Row", " row ", "Wait"])) == ""  # as the schema counts them
    assert asked(changed(choices=["Row", "Wait"])) == "choices: 2 instead of 3"
    assert asked(changed(choices=[]), choices=0) == ""
    assert asked(answer_json(), choices=0) == "choices: 3 instead of 0"


def test_only_those_speak_whom_somebody_has_introduced() -> None:
    beats = [
        {"kind": "action", "text": "A Pilot climbs aboard."},
        {"kind": "dialogue", "character": "PILOT (O.S.)", "text": "Who steers?"},
        {"kind": "dialogue", "character": "Oda", "text": "I do."},
    ]
    assert asked(changed(beats=beats)) == ""
    assert asked(changed(beats=beats[1:])) == "PILOT (O.S.) speaks, whom nobody has introduced"
    assert asked(changed(beats=beats[1:]), last_scene="EXT. THE LANDING - DAWN\nThe pilot waits.") == ""


def test_schema_of_an_ending_has_no_choice() -> None:
    ending = replace(SMALL, characters=(("Oda", ""), ("Bram", "")), choices=0, plan=True)
    spelt = json.loads(answer_json().replace("ODA", "Oda").replace("BRAM", "Bram"))
    jsonschema.validate(spelt | {"choices": []}, answer_schema(ending))
    with pytest.raises(jsonschema.ValidationError, match="Ask the river"):
        jsonschema.validate(spelt, answer_schema(ending))
    assert parse_answer(changed(choices=[]), ending).scenes[0].choices == ()
