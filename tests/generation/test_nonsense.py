"""What is no word: found in what small models write, and not in what people do."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyengine.generation.checks import bible_texts
from storyengine.generation.nonsense import find_nonsense, known_words, scene_texts
from storyengine.generation.parse import is_stuck
from storyengine.generation.training.corpus import examples
from storyengine.plot.sample import FOLDER


@pytest.mark.parametrize(
    ("text", "kind", "quote"),
    [
        ("He rows to the islandRUNAes.", "capital", "islandRUNAes"),
        ("The NOONing XDRUN is here.", "capital", "NOONing XDRUN"),
        ("It endedThe night.", "capital", "endedThe"),
        ("BRAMing at the oar", "capital", "BRAMing"),
        ("It is 's's's's there.", "syllable", "'s's's's"),
        ("rorororo", "syllable", "rorororo"),
        ("the runnerrunner", "syllable", "runnerrunner"),
        ("N" + "o" * 40, "syllable", "o" * 40),
        ("ha" * 40, "syllable", "ha" * 40),
        ("ten ten ten ten", "word", "ten ten ten ten"),
        ("a boat a boat a boat a boat", "word", "a boat a boat a boat a boat"),
        ("他在岛上岛上岛上岛上岛上", "word", "岛上岛上岛上岛上岛上"),
    ],
)
def test_nonsense_is_found_where_it_stands(text: str, kind: str, quote: str) -> None:
    (one,) = find_nonsense(text)
    assert (one.kind, one.quote, text[one.start : one.end]) == (kind, quote, quote)


@pytest.mark.parametrize(
    "text",
    [
        "McDonald, O'Brien, O’BRIEN, MacGregor, DeLorean, LaGuardia, FitzGerald, McDONALD and d'Artagnan wait.",
        "An iPhone, two iPads, eBay, YouTube, WiFi, TVs, MPs, a PhD.",
        "STOP! DON'T YOU DARE! HELP ME!",
        "BRAM's oar, ODA’s lamp; both BRAMs.",
        "ha ha ha. Hahahaha! Hohoho. Lalalala.",
        "no, no, no. No no no! Never, never, never.",
        "Row, row, row your boat. Knock knock knock. Tick tock tick tock tick tock tick tock.",
        "Left, right, left, right, left, right, left, right.",
        "Noooooo! Shhhhh! Aaaaargh! Zzzzzz. W-What? N-n-no.",
        "Rock'n'roll, the fo'c's'le; y'all'd've.",
        "A 3D film, H2O, MP3s, the 1950s, Louis XIVth.",
        "Mississippi banana couscous; very very very tired.",
        "哈哈哈哈哈哈！滴答滴答滴答滴答滴答。走了，走了，走了。老王拿着iPhone，OK。",
    ],
)
def test_what_people_say_is_let_be(text: str) -> None:
    assert find_nonsense(text) == []


def test_what_the_bible_spells_so_is_a_word() -> None:
    known = known_words(["XiaoMei lives in the BoatYard."])
    assert find_nonsense("XiaoMei’s BoatYards, and XiaoMei.", known) == []
    assert [one.quote for one in find_nonsense("XiaoMei and BoatYarD", known)] == ["BoatYarD"]


def texts_in(data: Any) -> list[str]:
    if isinstance(data, dict | list):
        return [text for one in (data.values() if isinstance(data, dict) else data) for text in texts_in(one)]
    return [data] if isinstance(data, str) else []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_no_false_alarm_in_the_stories_that_ship(path: Path) -> None:
    texts = texts_in(json.loads(path.read_text()))
    assert len(texts) > 300
    assert [one for text in texts for one in find_nonsense(text)] == []
    assert [text for text in texts if is_stuck(text)] == []


def test_no_false_alarm_in_what_the_model_learns() -> None:
    for size in (0.3, 0.8, 1.5):
        for example in itertools.islice(examples(1, size=size), 20):
            texts, known = scene_texts(example.scene), known_words(bible_texts(example.context))
            assert [one for text in texts for one in find_nonsense(text, known)] == []
            assert [text for text in texts if is_stuck(text)] == []


@given(st.text(alphabet="aAbB 'r岛上s\n-1", max_size=120))
def test_every_place_quotes_what_stands_there_and_none_twice(text: str) -> None:
    found = find_nonsense(text)
    assert all(text[one.start : one.end] == one.quote != "" for one in found)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
