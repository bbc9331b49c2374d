"""What a scene says against its path: the latest word counts, what somebody only claims does not."""

from storyengine.generation.contradiction import Known, Told, find_contradictions
from tests.editorial.checks.texts import scene


def quotes(line: str, known: Known) -> list[tuple[str, str]]:
    return [(one.quote, one.told.quote) for one in find_contradictions(scene(line), known)]


def test_the_latest_scene_that_speaks_of_a_thing_counts() -> None:
    known = Known(earlier=(scene("The door is locked."), scene("Now the door stands open.", "The door is green.")))
    assert quotes("The door is open.", known) == []
    assert quotes("The door is locked.", known) == [("The door is locked", "the door stands open")]


def test_the_latest_chinese_line_counts_too() -> None:
    known = Known(earlier=(scene("门锁着。"), scene("门开着。")), chinese=True)
    assert quotes("门开着。", known) == []
    assert quotes("门锁着。", known) == [("门锁着", "门开着")]


def test_what_somebody_claims_rules_nothing_out() -> None:
    lie = Told("ODA", "says: BRAM is dead", "BRAM is dead")
    assert quotes("ODA is alive.", Known((lie,))) == []
    assert quotes("ODA is alive.", Known((Told("ODA", "lies dead", "ODA lies dead"),))) != []


def test_what_is_denied_is_against_what_was_said() -> None:
    known = Known(earlier=(scene("The lamp is lit."),))
    assert quotes("The lamp is not lit.", known) == [("The lamp is not lit", "The lamp is lit")]
    assert quotes("The lamp is not broken.", known) == []
