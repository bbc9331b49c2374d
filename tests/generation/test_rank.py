"""The checks: what each finds, what it says, which words it shows; and which candidate comes first."""

import json
from dataclasses import replace

import pytest

from storyengine.errors import Refused
from storyengine.generation.checks import (
    CHECKS,
    PATH_CHECKS,
    avoids_unwanted,
    contradicts_nothing,
    follows_choice,
    is_made_of_words,
    keeps_length,
    keeps_persons_apart,
    keeps_voices_apart,
    offers_different_choices,
    repeats_nothing_earlier,
    takes_up_wishes,
    varies,
)
from storyengine.generation.overlap import chunks, longest_shared, share_of_distinct, tokens
from storyengine.generation.prompt import Context, Wish
from storyengine.generation.rank import WEIGHTS, judge, rank_answers
from storyengine.plot.branch import Branch, BranchBeat, BranchScene
from tests.factories import answer_json
from tests.generation.test_prompt import SMALL

TWO = replace(SMALL, characters=(("ODA", "The ferryman."), ("BRAM", "The thief.")))
FOUR = replace(TWO, characters=(*TWO.characters, ("Rupert Vane", "An actor."), ("The Widow", "In black.")))


def scene(*lines: str, choices: tuple[str, ...] = ("Row", "Wait", "Sing")) -> BranchScene:
    """`ODA: words` is speech, all else action."""
    beats = []
    for line in lines:
        name, _, words = line.partition(": ")
        beats.append(BranchBeat("dialogue", words, name) if words else BranchBeat("action", line))
    return BranchScene("EXT. THE LANDING - DAY", tuple(beats), choices, "")


def test_choice_that_is_taken_up_early_is_quoted() -> None:
    check = follows_choice(scene("The thief steps in, carrying nothing.", "Fog."), TWO)
    assert (check.score, check.reason) == (1.0, "choice.all")  # "carrying" is "carry"
    assert check.quote == "The thief steps in, carrying nothing."


def test_choice_that_is_half_ignored_names_what_is_missing() -> None:
    check = follows_choice(scene("The thief waits.", "Fog."), TWO)
    assert (check.score, check.reason, check.values["missing"]) == (0.5, "choice.some", "carry")


@pytest.mark.parametrize(
    "line",
    [
        "Oda asks Oda who sold the ticket.",
        "Rupert Vane offers Rupert a choice of two fists.",
        "ODA: Physicians recommend it, Oda, though seldom before noon.",
        "ODA: Oda, you are late.",
        "Rupert Vane: Sit down, Vane.",
    ],
)
def test_somebody_who_meets_themself_is_quoted(line: str) -> None:
    check = keeps_persons_apart(scene("Fog.", line), FOUR)
    assert (check.reason, check.values) == ("persons.same", {"number": 1})
    assert check.quote == line.partition(": ")[2] or check.quote == line
    assert check.score < 1


@pytest.mark.parametrize(
    "line",
    [
        "Oda asks Bram who sold the ticket. Oda waits.",
        "The widow nods, and the rope gives.",
        "ODA: I am Oda. Nobody calls me Oda twice.",
        "BRAM: Sit down, Oda.",
        "Rupert Vane bows.",
    ],
)
def test_two_people_and_one_who_says_their_own_name_are_no_fault(line: str) -> None:
    assert keeps_persons_apart(scene("Fog.", line), FOUR).score == 1.0
    assert keeps_persons_apart(scene("Oda asks Oda."), replace(FOUR, language="zh")).score == 1.0


def test_wishes_count_by_their_weight() -> None:
    asked = replace(TWO, wishes=(Wish("sea monster", 3, 3.0), Wish("storm", 1, 1.0)))
    heavy = takes_up_wishes(scene("A sea monster yawns."), asked)
    light = takes_up_wishes(scene("A storm."), asked)
    assert (heavy.score, light.score) == (0.75, 0.25)
    assert (heavy.quote, heavy.values) == ("A sea monster yawns.", {"taken": "sea monster", "found": 1, "of": 2})
    assert takes_up_wishes(scene("Fog."), asked).reason == "wishes.missed"
    assert takes_up_wishes(scene("Fog."), replace(TWO, wishes=())).score == 1.0


def test_wishes_are_found_without_spaces_too() -> None:
    asked = replace(TWO, wishes=(Wish("灯塔", 3, 3.0),))
    assert takes_up_wishes(scene("远处的灯塔亮了。"), asked).score == 1.0


def test_what_the_audience_does_not_want_lowers_by_its_weight() -> None:
    told = replace(TWO, unwanted=(Wish("kill oda", 3, 3.0), Wish("ghost", 1, 1.0)))
    killed = avoids_unwanted(scene("Fog.", "BRAM tries to kill ODA.", "He kills Oda."), told)
    assert (killed.score, killed.reason, killed.quote) == (0.25, "unwanted.some", "BRAM tries to kill ODA.")
    assert killed.values == {"done": "kill oda", "found": 1, "of": 2}
    haunted = avoids_unwanted(scene("Fog.", choices=("Follow the ghosts", "Wait")), told)
    assert (haunted.score, haunted.quote) == (0.75, "Follow the ghosts")
    apart = avoids_unwanted(scene("ODA wakes.", "A killing frost."), told)  # not in one line
    assert (apart.score, apart.reason, apart.values["of"]) == (1.0, "unwanted.none", 2)
    assert avoids_unwanted(scene("He kills Oda."), TWO).reason == "unwanted.nothing"


def test_candidate_that_does_what_nobody_wants_comes_last() -> None:
    told = replace(TWO, unwanted=(Wish("kill oda", 3, 3.0),))
    texts = [answer_json(text="The thief kills ODA."), answer_json(text="The thief thanks ODA.")]
    assert [one.number for one in rank_answers(texts, told)] == [1, 0]


def test_repeating_an_earlier_scene_is_quoted() -> None:
    told = replace(TWO, last_scene="EXT. LANDING\nODA: Nobody crosses this river for free tonight.")
    fresh = repeats_nothing_earlier(scene("BRAM: A wholly new sentence of several words here."), told)
    copied = repeats_nothing_earlier(scene("ODA: Well, nobody crosses this river for free."), told)
    assert (fresh.score, fresh.reason, fresh.quote) == (1.0, "earlier.none", "")
    assert (copied.score, copied.reason) == (0.0, "earlier.some")
    assert copied.quote == "nobody crosses this river for free"


def test_repeating_a_scene_from_further_back_is_found_too() -> None:
    lines = ("ODA: Nobody crosses this river for free tonight.", "The ferry turns slowly in the brown current.")
    long_ago = scene(*lines)
    path = (long_ago, scene("Fog."), scene("BRAM: No."))
    copied = repeats_nothing_earlier(scene(*lines), TWO, path)
    assert (copied.score, copied.values) == (0.0, {"percent": 100})
    assert repeats_nothing_earlier(scene(*lines), TWO).score == 1.0  # neither the last scene nor a summary has it


@pytest.mark.parametrize(
    ("line", "score", "reason", "quote"),
    [
        ("The door is open.", 0.5, "facts.against", "The door is open"),
        ("The door is locked.", 1.0, "facts.kept", ""),
        ("The gate is open.", 1.0, "facts.kept", ""),
        ("BRAM: Here I am.", 0.0, "facts.dead", "Here I am."),
        ("ODA is free.", 1.0, "facts.kept", ""),
    ],
)
def test_what_the_path_rules_out_counts_against_it(line: str, score: float, reason: str, quote: str) -> None:
    path = (scene("The door is locked.", "BRAM falls dead on the planks."), scene("Fog."))
    check = contradicts_nothing(scene(line), TWO, path)
    assert (check.score, check.reason, check.quote) == (score, reason, quote)


def test_facts_of_the_brief_are_held_against_it_without_any_scene() -> None:
    told = replace(TWO, facts=(("BRAM", "dies at dawn"), ("the ferry", "is sunk"), ("ODA", "says: BRAM is a ghost")))
    dead = contradicts_nothing(scene("BRAM: Here."), told)
    assert (dead.reason, dead.values) == ("facts.dead", {"number": 1, "who": "BRAM", "told": "BRAM dies"})
    afloat = contradicts_nothing(scene("The ferry is afloat."), told)
    assert (afloat.reason, afloat.values["told"]) == ("facts.against", "the ferry is sunk")
    assert contradicts_nothing(scene("ODA: BRAM is no ghost."), told).score == 1.0


def test_chinese_candidates_are_held_against_the_path_too() -> None:
    told = replace(TWO, language="zh-hans", characters=(("老王", ""),))
    path = (scene("门锁着。", "老王死了。"),)
    assert contradicts_nothing(scene("门开着。"), told, path).reason == "facts.against"
    assert contradicts_nothing(scene("老王: 我在这里。"), told, path).reason == "facts.dead"
    assert contradicts_nothing(scene("门锁着。"), told, path).score == 1.0


def test_candidate_without_a_contradiction_comes_first() -> None:
    path = (scene("The door is locked."),)
    against, plain = answer_json(text="The door is open."), answer_json(text="The door is locked.")
    assert [one.number for one in rank_answers([against, plain], TWO, path)] == [1, 0]


def test_a_candidate_that_says_a_sentence_twice_comes_after_one_that_does_not() -> None:
    again = answer_json(text="BRAM asks the river. Fog lies on the river. Fog lies on the river.")
    plain = answer_json(text="Fog lies on the water.")
    first, second = rank_answers([again, plain], replace(TWO, choice="Ask the river"))
    assert (first.number, first.flags, second.flags) == (1, 0, 1)


def test_a_call_may_come_twice() -> None:
    assert varies(scene("Row!", "ODA: Row!", "ODA: I am here.", "I am here."), TWO).reason == "variety.pairs"


def test_lines_that_come_twice_count_against_it() -> None:
    check = varies(scene("Fog lies on the river.", "ODA: No.", "Fog lies on the river!"), TWO)
    assert (check.reason, check.values["again"], check.quote) == ("variety.again", 1, "Fog lies on the river!")
    assert check.score < varies(scene("Fog lies on the river.", "ODA: No.", "A bell rings twice."), TWO).score


def test_voices_that_answer_themselves_or_stand_alone_score_low() -> None:
    apart = keeps_voices_apart(scene("ODA: Pay with silver.", "BRAM: Take this rusty key."), TWO)
    alone = keeps_voices_apart(scene("ODA: Pay with silver.", "ODA: Or swim."), TWO)
    talking = keeps_voices_apart(scene("ODA: Pay with silver.", "ODA: Or swim.", "BRAM: Never."), TWO)
    assert (apart.score, apart.reason) == (1.0, "voices.apart")
    assert (alone.score, alone.reason, alone.values) == (0.2, "voices.one", {"who": "ODA"})
    assert (talking.reason, talking.quote) == ("voices.alone", "Or swim.")


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        (("Row", "Wait", "Sing"), "choices.apart"),
        (("Row to the shore", "Row to the sea", "Sing"), "choices.alike"),
        (("Row",), "choices.few"),
    ],
)
def test_choices_should_be_enough_and_differ(choices: tuple[str, ...], reason: str) -> None:
    assert offers_different_choices(scene("Fog.", choices=choices), TWO).reason == reason


def test_length_is_judged_against_what_was_asked() -> None:
    assert keeps_length(scene("Fog."), TWO).reason == "length.short"
    assert keeps_length(scene("word " * 150), TWO).score == 1.0
    assert keeps_length(scene("word " * 300), TWO).reason == "length.long"


def test_every_check_scores_between_nothing_and_all_whatever_it_reads() -> None:
    odd: list[tuple[BranchScene, Context]] = [
        (scene("Fog.", choices=()), replace(TWO, choices=0, choice="!", words=(0, 0))),
        (scene("?", "。", "ODA: …", "ODA: …"), replace(TWO, last_scene="", so_far=())),
    ]
    for read, context in odd:
        checks = judge(Branch((read,)), context)
        assert [check.name for check in checks] == list(dict.fromkeys(check.name for check in checks))
        assert {check.name for check in checks} == set(WEIGHTS)
        assert len(checks) == len(CHECKS) + len(PATH_CHECKS)
        assert all(0 <= check.score <= 1 for check in checks)
        json.dumps([check.values for check in checks])


def test_the_better_candidate_comes_first_and_the_unreadable_one_last() -> None:
    asked = replace(TWO, wishes=(Wish("sea monster", 3, 3.0),))
    plain, good = answer_json(), answer_json(text="The thief carries a sea monster aboard.")
    stuck = answer_json(text="no no no no no no")
    ranked = rank_answers([plain, "{", stuck, good], asked)
    assert [one.number for one in ranked] == [3, 0, 1, 2]
    assert ranked[0].score > ranked[1].score
    assert (ranked[2].fault, ranked[3].fault) == ("answer.no_json", "answer.stuck")
    assert ranked[3].checks == ()


def test_candidate_with_words_that_are_none_sinks_below_those_without() -> None:
    asked = replace(TWO, wishes=(Wish("sea monster", 3, 3.0),))
    plain = answer_json(text="Fog.")
    flawed = answer_json(text="The thief carries a sea monster aboard the islandRUNAes.")
    ranked = rank_answers([flawed, "{", plain], asked)
    assert [one.number for one in ranked] == [2, 0, 1]
    assert ranked[1].score > ranked[0].score  # it is better in all else
    (words,) = [check for check in ranked[1].checks if check.name == "words"]
    assert (words.score, words.reason, words.quote) == (0.75, "words.nonsense", "islandRUNAes")
    assert words.values == {"number": 1, "quotes": "islandRUNAes"}


def test_words_are_those_that_the_brief_spells_so() -> None:
    read = scene("XiaoMei ties the BoatYard's rope.")
    assert is_made_of_words(read, TWO).reason == "words.nonsense"
    told = replace(TWO, characters=(("XiaoMei", ""),), last_scene="EXT. BoatYard")
    assert is_made_of_words(read, told).score == 1.0


def test_answers_that_say_nothing_or_cannot_be_read_are_refused() -> None:
    for texts, code in (((" ", ""), "writer.answer_empty"), (("I cannot.", "{"), "writer.answer_invalid")):
        with pytest.raises(Refused) as refused:
            rank_answers(texts, SMALL)
        assert refused.value.code == code


def test_overlap_counts_words_in_every_script() -> None:
    assert tokens("Fog, fog! 灯塔 1") == ["fog", "fog", "灯", "塔"]
    assert chunks(["a", "b", "c"], 2) == [("a", "b"), ("b", "c")]
    assert share_of_distinct(["a", "b", "a", "b"], 2) == pytest.approx(2 / 3)
    assert share_of_distinct([], 2) == 1.0
    assert longest_shared("x a b c d y".split(), "a b c d".split(), 3) == "a b c d"
    assert longest_shared("a b".split(), "a b".split(), 3) == ""
