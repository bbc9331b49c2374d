"""Contradictions, voices, repetition, choices, length, personal data, ratings; and that every quotation is proved."""

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyengine.editorial.checks import run_checks
from storyengine.editorial.checks.finding import Finding, as_json, from_json, part_texts, verified
from storyengine.editorial.checks.ground import Ground, Profile
from storyengine.editorial.checks.length import reading_grade, seconds_aloud
from storyengine.editorial.checks.ratings import BOARDS, RATED, rate
from storyengine.generation.contradiction import Told, deaths
from tests.editorial.checks.texts import branch, found, quotes, scene

EARLIER = (scene("The door is locked. Three lamps burn.", "BRAM falls dead on the planks."),)


def test_contradiction_quotes_both_and_names_the_scene() -> None:
    (one,) = found("contradiction", branch("The door is open."), Ground(earlier=EARLIER))
    assert (one.quote, one.earlier, one.scene) == ("The door is open", "The door is locked", "EXT. RIVER - DAY")
    (number,) = found("contradiction", branch("Four lamps go out."), Ground(earlier=EARLIER))
    assert (number.quote, number.earlier) == ("Four lamps", "Three lamps")


@pytest.mark.parametrize(
    "text", ["The door is locked.", "The door is green.", "Three lamps go out.", "The gate is open."]
)
def test_what_agrees_or_is_about_something_else_is_no_contradiction(text: str) -> None:
    assert quotes("contradiction", text, ground=Ground(earlier=EARLIER)) == []


def test_facts_of_the_memory_are_held_against_the_text() -> None:
    facts = (Told("the ferry", "sunk", "The ferry has sunk", "INT. BANK"),)
    (one,) = found("contradiction", branch("The ferry is afloat."), Ground(facts=facts))
    assert (one.earlier, one.scene) == ("The ferry has sunk", "INT. BANK")


def test_dead_who_speak_are_found_and_the_words_that_buried_them_quoted() -> None:
    dead = deaths(EARLIER, ("ODA", "BRAM"))
    assert dead == {"BRAM": "BRAM falls dead"}
    ground = Ground(earlier=EARLIER, characters=("ODA", "BRAM"), dead=dead)
    (one,) = found("dead", branch("ODA: Where is he?", "BRAM: Here."), ground)
    assert (one.index, one.quote, one.earlier) == (1, "Here.", "BRAM falls dead")


def test_who_only_says_that_somebody_died_buries_nobody() -> None:
    assert deaths((scene("ODA: BRAM is dead."),), ("BRAM",)) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("BRAM, the thief, is dead.", "BRAM, the thief, is dead"),
        ("BRAM the thief finally drowns.", "BRAM the thief finally drowns"),
        ("In the night BRAM died.", "BRAM died"),
        ("BRAM was shot dead at dawn.", "BRAM was shot dead"),
        ("ODA fears BRAM is dead.", "BRAM is dead"),
        ("BRAM hears that ODA is dead.", ""),
        ("BRAM never dies.", ""),
        ("BRAM is shot in the arm.", ""),
        ("BRAMWELL dies.", ""),
        ("BRAM昨夜已经死了。", "BRAM昨夜已经死了"),
        ("BRAM怕老王死了。", ""),
    ],
)
def test_the_dead_are_those_of_whom_it_is_said(text: str, words: str) -> None:
    assert deaths((scene(text),), ("BRAM",)).get("BRAM", "") == words


def test_chinese_contradiction_and_death() -> None:
    earlier = (scene("门锁着。", "老王死了。"),)
    ground = Ground("zh-hans", earlier, characters=("老王",), dead=deaths(earlier, ("老王",)))
    (one,) = found("contradiction", branch("门开着。"), ground)
    assert (one.quote, one.earlier) == ("门开着", "门锁着")
    assert dict(ground.dead) == {"老王": "老王死了"}


def test_a_made_up_quotation_is_dropped() -> None:
    text = branch("Fog.")
    right = Finding("voice", "beat", 0, 0, 3, "Fog", "")
    wrong = [
        Finding("voice", "beat", 0, 1, 4, "Fog", ""),
        Finding("voice", "beat", 7, 0, 3, "Fog", ""),
        Finding("contradiction", "beat", 0, 0, 3, "Fog", "", earlier="The sun never shone"),
    ]
    assert verified([right, *wrong], text, "It was dark.") == [right]


def test_repetition_within_and_against_earlier_scenes() -> None:
    line = "Nobody crosses this river for free, and you know it."
    (again,) = found("repetition", branch(f"ODA: {line}"), Ground(earlier=(scene(f"ODA: {line}"),)))
    assert (again.quote, again.earlier) == (line.rstrip("."), line)
    (twice,) = found("repetition", branch("The rope runs through her hands.", "Slow, the rope runs through her hands."))
    assert (twice.index, twice.quote) == (1, "the rope runs through her hands")


def test_short_common_runs_are_no_repetition() -> None:
    assert quotes("repetition", "ODA: I do not know.", "BRAM: I do not know.") == []


@pytest.mark.parametrize(
    ("choices", "taken", "flagged"),
    [
        (("Carry the thief across", "Burn the ferry"), ("Carry the thief",), ["Carry the thief across"]),
        (("Burn the ferry", "Burn a ferry"), (), ["Burn a ferry"]),
        (("Follow the rope", "Burn the ferry"), ("Carry the widow",), []),
        (("Follow the rope",), (), ["Follow the rope"]),
    ],
)
def test_dangling_choices(choices: tuple[str, ...], taken: tuple[str, ...], flagged: list[str]) -> None:
    text = branch("A rope, a ferry, a thief.", choices=choices)
    assert [one.quote for one in found("choices", text, Ground(taken=taken)) if one.part == "choice"] == flagged


def test_choices_that_take_up_nothing_are_said_to() -> None:
    whole = [
        one for one in found("choices", branch("Fog on the water.", choices=("Sing", "Dance"))) if one.part == "whole"
    ]
    assert len(whole) == 1


def test_length_is_held_against_the_slot() -> None:
    profile = Ground(profile=Profile(slot_words=40))
    assert len(found("length", branch("fog " * 41), profile)) == 1
    assert len(found("length", branch("fog " * 40), profile)) == 0
    assert len(found("length", branch("Fog."), profile)) == 1


def test_reading_grade_grows_with_sentences_and_words() -> None:
    easy, hard = "He sat. She ran.", "Notwithstanding considerable bureaucratic reluctance, the committee acquiesced."
    assert reading_grade(easy) == pytest.approx(0.8)
    assert reading_grade(hard) > 9
    assert reading_grade("门开着。他走了。") == pytest.approx(1.0)
    assert (reading_grade(""), seconds_aloud("one two three four five")) == (0.0, 2)


def test_voice_speaks_only_after_it_has_heard_enough() -> None:
    short = scene(*["ODA: Count it twice. Then go now. Mind the rope there."] * 6)
    long = (
        "ODA: "
        + "and then the river rose and the ferry turned and nobody on the bank said anything at all about it " * 2
    )
    (one,) = [one for one in found("voice", branch(long), Ground(earlier=(short,))) if not one.earlier]
    assert one.part == "beat"
    assert quotes("voice", long, ground=Ground(earlier=(scene("ODA: Go."),))) == []


def test_voice_notes_the_words_of_another() -> None:
    ground = Ground(earlier=(scene("ODA: Every coin has two faces."),))
    (one,) = found("voice", branch("BRAM: But every coin has two faces."), ground)
    assert (one.quote, one.earlier) == ("every coin has two", "Every coin has two faces.")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Write to oda@ferry.example.org!", ["oda@ferry.example.org"]),
        ("Call +44 20 7123 4567 now.", ["+44 20 7123 4567"]),
        ("Call 020 7946 0018 or 555-0123.", []),
        ("The IBAN is DE89 3704 0044 0532 0130 00.", ["DE89 3704 0044 0532 0130 00"]),
        ("The IBAN is DE88 3704 0044 0532 0130 00.", []),
        ("身份证 11010519491231002X 在这里。", ["11010519491231002X"]),
        ("At 12 Baker Street, in 1984, for 20,000 crowns.", ["12 Baker Street"]),
        ("他住在南京西路128号。", ["他住在南京西路128号"]),
        ("Scene 12, take 7, 10:30 to 11:45.", []),
    ],
)
def test_personal_data(text: str, quote: list[str]) -> None:
    assert quotes("personal_data", text) == quote


def test_rating_follows_the_strongest_word_in_each_territory() -> None:
    assert [one.step for one in rate([], BOARDS)] == ["U", "G", "0", "G", "I"]
    strong = run_checks(branch("ODA: Fuck. A gun."), Ground())
    ratings = rate(strong, ["bbfc", "mpa", "fsk", "nowhere"])
    assert [(one.short, one.step, one.because) for one in ratings] == [
        ("BBFC", "15", ("language",)),
        ("MPA", "R", ("language",)),
        ("FSK", "12", ("violence", "language")),
    ]


def test_every_board_rates_every_rule_and_never_falls() -> None:
    for board in BOARDS.values():
        assert set(board.table) == set(RATED)
        assert all(list(steps) == sorted(steps) and steps[-1] < len(board.steps) for steps in board.table.values())


@settings(deadline=None)
@given(st.lists(st.text(string.printable + "血门锁着开他妈的。，", min_size=1, max_size=120), min_size=1, max_size=8))
def test_every_finding_of_any_text_quotes_what_stands_there(lines: list[str]) -> None:
    text = branch(*(line.replace("\n", " ") for line in lines))
    texts = {(part, index): words for part, index, words in part_texts(text)}
    for one in run_checks(text, Ground("zh-hans", (scene(*lines),))):
        assert one.part == "whole" or texts[one.part, one.index][one.start : one.end] == one.quote
        assert from_json(json.loads(json.dumps(as_json(one)))) == one
