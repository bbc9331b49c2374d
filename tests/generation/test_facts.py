"""Facts are what a scene's own words prove; gestures and questions are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyengine.generation.facts import Fact, proved, read_facts, sentences
from storyengine.plot.branch import BranchBeat, BranchScene

NAMES = ["NELL", "CAPTAIN ARLO", "小武"]


def scene(*beats: BranchBeat) -> BranchScene:
    return BranchScene("INT. THE TAP - NIGHT", beats)


def done(text: str) -> tuple[Fact, ...]:
    return read_facts(scene(BranchBeat("action", text)), NAMES).facts


@pytest.mark.parametrize(
    ("text", "who", "what", "change"),
    [
        ("NELL hides the key under the stone.", "NELL", "hides the key under the stone", "has"),
        ("At the door Nell gives the key to Arlo.", "NELL", "gives the key to Arlo", "lost"),
        ("Captain Arlo dies.", "CAPTAIN ARLO", "dies", "dead"),
        ("NELL knows who did it, and she waits.", "NELL", "knows who did it", "knows"),
        ("小武藏起了那把钥匙。", "小武", "藏起了那把钥匙", "has"),
        ("小武把那把旧钥匙交给阿洛。", "小武", "把那把旧钥匙交给阿洛", "lost"),
        ("小武突然死了。", "小武", "突然死了", "dead"),
    ],
)
def test_an_action_that_lasts_is_a_fact(text: str, who: str, what: str, change: str) -> None:
    (fact,) = done(text)
    assert (fact.who, fact.what, fact.change) == (who, what, change)
    assert fact.quote == text


@pytest.mark.parametrize(
    "text",
    ["NELL looks at the door.", "Somebody takes the key.", "NELL'S coat has a hole.", "Nellie takes the key.", ""],
)
def test_gestures_and_strangers_are_no_facts(text: str) -> None:
    assert done(text) == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("I never saw the Skoda before tonight.", "says: I never saw the Skoda before tonight"),
        ("Go. Peg was in Ostend on Tuesday. Go!", "says: Peg was in Ostend on Tuesday"),
        ("I gave in my notice, Clive.", "says: I gave in my notice, Clive"),
        ("You filled Peg’s coffin with salt.", "says: You filled Peg’s coffin with salt"),
        ("他走了一个月了。", "says: 他走了一个月了"),
        ("那天小武打过电话。", "says: 那天小武打过电话"),
    ],
)
def test_a_claim_is_kept_as_said(text: str, what: str) -> None:
    (fact,) = read_facts(scene(BranchBeat("dialogue", text, "NELL")), NAMES).facts
    assert (fact.who, fact.what) == ("NELL", what)


@pytest.mark.parametrize(
    "text",
    [
        "Was Peg in Ostend?",
        "Come here, now, please.",
        "No.",
        "是吗？",
        "I'm so sorry, I did knock.",
        "I can count to sixty before I've seen anything.",
        "You are very kind to me, Rhoda.",
        "Rhoda, this is no good to me.",
        "I'd so much like to be wrong about this house, Miss Spink.",
        "I had hoped to pay my respects to Mrs Sallis.",
        "If Peg was in Ostend, she is dead.",
        "'One last load for Peg,' he said.",
        "She wrote: “Tolly is to fetch me home.”",
        "我不是来要钱的。",
        "第一，他赢了高兴。",
        "小武，那天他打过电话。",
        "如果他走了一个月了。",
    ],
)
def test_questions_orders_courtesies_hopes_and_what_is_quoted_claim_nothing(text: str) -> None:
    assert read_facts(scene(BranchBeat("dialogue", text, "NELL")), NAMES).facts == ()


def test_a_fact_that_is_said_twice_is_one() -> None:
    beats = [BranchBeat("action", "Nell hides the key."), BranchBeat("action", "NELL hides The Key!")]
    assert [fact.what for fact in read_facts(scene(*beats), NAMES).facts] == ["hides the key"]


def test_the_strongest_facts_stay_in_the_order_of_the_text() -> None:
    beats = [BranchBeat("dialogue", f"I was in room {n} before.", "NELL") for n in range(5)]
    beats.insert(2, BranchBeat("action", "CAPTAIN ARLO dies."))
    beats.append(BranchBeat("action", "NELL betrays Captain Arlo."))
    facts = read_facts(scene(*beats), NAMES).facts
    assert [fact.change for fact in facts] == ["is", "is", "dead", "promised"]


def test_every_change_of_hands_places_and_lives_is_kept_however_much_is_said() -> None:
    beats = [BranchBeat("dialogue", f"CAPTAIN ARLO was in room {n} before.", "NELL") for n in range(5)]
    beats += [BranchBeat("action", f"NELL drops the plate {n}.") for n in range(5)]
    assert [fact.what for fact in read_facts(scene(*beats), NAMES).facts if fact.change == "lost"] == [
        f"drops the plate {n}" for n in range(5)
    ]


@pytest.mark.parametrize("text", ["小武没死。", "小武怕死了。", "小武的狗死了。", "小武不知道真相。", "小武没有离开。"])
def test_what_chinese_denies_or_says_of_something_else_is_no_fact(text: str) -> None:
    assert done(text) == ()


def test_open_questions_are_the_late_ones_of_some_length() -> None:
    beats = [
        BranchBeat("dialogue", text, "NELL") for text in ("Who?", "What is in the box?", "Why?", "Who cut the rope?")
    ]
    assert read_facts(scene(*beats), NAMES).threads == ("Who cut the rope?",)


def test_sentences_end_where_a_reader_stops() -> None:
    assert sentences("Stop. Who is it? 他走了。真的！") == ["Stop.", "Who is it?", "他走了。", "真的！"]


@given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_every_fact_is_proved_by_the_text_whatever_it_is(texts: list[str]) -> None:
    page = scene(*(BranchBeat("dialogue", f"NELL has {text} 是", "NELL") for text in texts))
    assert all(proved(fact, page) for fact in read_facts(page, NAMES).facts)
    assert not proved(Fact("NELL", "x", "words that nobody said", "is"), page)
