"""Words that are none, at the desk."""

from storyengine.editorial.checks.ground import Ground, Profile
from tests.editorial.checks.texts import branch, found, quotes, scene


def test_nonsense_warns_and_quotes_the_words() -> None:
    (one,) = found("nonsense", branch("Fog.", "ODA: To the islandRUNAes!"))
    assert (one.part, one.index, one.quote, one.level) == ("beat", 1, "islandRUNAes", "warn")
    (choice,) = found("nonsense", branch("Fog.", choices=("Row rorororo", "Wait")))
    assert (choice.part, choice.quote, choice.reason) == ("choice", "rorororo", "the same syllable over and over")


def test_what_the_bible_an_earlier_scene_or_the_production_spells_so_is_a_word() -> None:
    line = "XiaoMei sees the islandRUNAes."
    for ground in (
        Ground(bible=("The islandRUNAes lie far out.",), characters=("XiaoMei",)),
        Ground(earlier=(scene(line),)),
        Ground(profile=Profile(allowed=("XiaoMei", "islandRUNAes"))),
    ):
        assert quotes("nonsense", line, ground=ground) == []
