"""Twine in three forms and four dialects: links wherever they are made, and the same text and graph on the way out."""

import json

import pytest

from storyengine.errors import Refused
from storyengine.plot.formats import write_story
from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import HARLOWE, SUGARCUBE, again, graph, prose, read, texts, ways

TWINE = ["twee", "twine-html", "twine-json"]


def only(text: str, form: str = "") -> list[tuple[str, str, str]]:
    """The choices of a passage `A` with this text, in a story that has B and C."""
    data = f':: StoryData\n{{"format": "{form}"}}\n\n' if form else ""
    return ways(read(f"{data}:: A\n{text}\n\n:: B\nb\n\n:: C\nc\n"), "A")


@pytest.mark.parametrize(
    ("link", "label", "target"),
    [
        ("[[B]]", "B", "B"), ("[[go->B]]", "go", "B"), ("[[B<-go]]", "go", "B"), ("[[go|B]]", "go", "B"),
        ("[[a->b->B]]", "a->b", "B"), ("[[B<-a<-b]]", "a<-b", "B"), ("[[ go -> B ]]", "go", "B"),
        ("[[a|b->B]]", "a|b", "B"), ("[[go->Zed]]", "go", "? Zed"),
    ],
)  # fmt: skip
def test_links_take_the_right_arrow(link: str, label: str, target: str) -> None:
    assert only(link) == [(label, target, "")]


def test_urls_are_external_and_no_choices() -> None:
    report = Report()
    story = read(":: A\n[[Web->https://x.org]] [[mailto:a@b.c]]\n", report=report)
    assert story.scenes[0].choices == []
    assert [note.line for note in report.notes if "out of the story" in note.what] == [2, 2]


def test_a_harlowe_story_gives_every_way_that_its_macros_make() -> None:
    story = read(HARLOWE)
    assert ways(story, "Landing") == [
        ("Pay", "Boat", ""),
        ("Wait here", "Landing", ""),
        ("Bribe her", "Bank", 'coins > 2 and visited("Bank")'),
        ("Beg", "? Alley of Sighs", 'not (coins > 2 and visited("Bank"))'),
        ("Swim", "Bank", ""),
        ("Shout", "? Nowhere", ""),
        ("Bank", "Bank", ""),
    ]
    assert ways(story, "Boat") == [("an oar", "Bank", ""), ("Bank", "Bank", ""), ("Landing", "Landing", "")]
    landing = story.scenes[0]
    assert (landing.effects, landing.choices[4].effects, story.variables) == (
        "asked = true",
        "wet = true",
        {"coins": 3},
    )
    assert (landing.x, landing.y, landing.tags) == (600, 400, ["night", "dark"])
    assert (story.title, story.names[story.start or ""], story.ifid) == (
        "The Ferry", "Landing", "D674C58C-DEFA-4F70-B7A2-27742230C0FC"
    )  # fmt: skip
    assert [scene.name for scene in story.scenes] == ["Landing", "Boat", "Bank"]
    assert (story.scenes[2].is_ending, story.scenes[2].source["unknown"]) == (False, ["warp"])


def test_a_passages_prose_becomes_beats() -> None:
    story = read(HARLOWE)
    assert prose(story)[:2] == [
        ("Landing", "action", "", "Fog lies on the river."),
        ("Landing", "dialogue", "ODA", "Nobody crosses for free."),
    ]
    assert story.scenes[0].beats[0].styles == [(16, 21, "bold")]
    assert [who.name for who in story.characters] == ["ODA"]


def test_a_sugarcube_story_gives_every_way_that_its_macros_make() -> None:
    story = read(SUGARCUBE)
    rich = 'gold > 3 and not visited("Shop")'
    assert ways(story, "Start") == [
        ("Shop", "Shop", rich),
        ("Steal", "Shop", f'not ({rich}) and visits("Shop") >= 2'),
        ("Leave", "End", f'not ({rich}) and not visits("Shop") >= 2'),
        ("Friends", "Shop", 'name == "Bo" or name == "Al"'),
        ("Strangers", "End", 'not (name == "Bo" or name == "Al")'),
        ("End", "End", ""),
        ("Go home", "End", ""),
    ]
    start = story.scenes[0]
    assert [way.effects for way in start.choices] == [
        "gold = gold - 3", "thief = true", "", "", "", "seen = true", ""
    ]  # fmt: skip
    assert (start.effects, start.source["unknown"]) == ("met = true", ["link to $next"])
    assert (story.variables, story.source["reach"]) == ({"gold": 5, "name": "Bo"}, ["Help"])
    assert ways(story, "Shop") == [("Back", "Start", "")]
    assert story.scenes[1].source["embeds"] == ["Prices"]
    assert [scene.name for scene in story.scenes if scene.is_ending] == ["End"]


def test_snowman_and_chapbook() -> None:
    snow = "<% s.x = 3; %><% if (s.x > 2 && !s.y) { %>[[in->B]]<% } else { %><a data-passage='C'>out</a><% } %>"
    assert only(snow, "Snowman") == [("in", "B", "x > 2 and not y"), ("out", "C", "not (x > 2 and not y)")]
    chap = (
        "x: 3\n--\n[if x > 2]\n[[in->B]]\n\n[else]\n{reveal link: 'out', passage: 'C'}\n\n"
        "[continue]\n{link to: 'C', label: 'c'}"
    )
    assert only(chap, "Chapbook") == [("in", "B", "x > 2"), ("out", "C", "not x > 2"), ("c", "C", "")]
    story = read(':: StoryData\n{"format":"Chapbook"}\n\n:: A\n{embed passage: "B"}\n{magic wand}\n\n:: B\nb')
    assert (story.scenes[0].source["embeds"], story.scenes[0].source["unknown"]) == (["B"], ["magic wand"])


@pytest.mark.parametrize("form", TWINE)
@pytest.mark.parametrize("text", [HARLOWE, SUGARCUBE], ids=["harlowe", "sugarcube"])
def test_an_unedited_story_goes_out_with_equal_text_and_graph(text: str, form: str) -> None:
    story = read(text)
    back = again(story, form)
    assert (graph(back), texts(back), prose(back)) == (graph(story), texts(story), prose(story))
    assert (back.title, back.ifid, back.variables) == (story.title, story.ifid, story.variables)
    assert back.names[back.start or ""] == story.names[story.start or ""]
    assert [(s.tags, s.x, s.y) for s in back.scenes] == [(s.tags, s.x, s.y) for s in story.scenes]
    kept = [sorted((p["text"], p["tags"]) for p in each.source["special"]) for each in (back, story)]
    assert kept[0] == kept[1]


@pytest.mark.parametrize("form", TWINE)
def test_an_edited_scene_is_written_from_its_rows_and_the_others_from_their_text(form: str) -> None:
    story = read(SUGARCUBE)
    story.scenes[0].choices[0].label = "To the [best] shop"
    story.scenes[0].beats[0].text = "Edited."
    back = again(story, form)
    assert graph(back) == graph(story)
    assert "Edited." in [beat.text for beat in back.scenes[0].beats]
    assert texts(back)["Shop"] == texts(story)["Shop"]
    assert texts(back)["Start"] != texts(story)["Start"]


def test_escapes_in_names_and_tags_and_broken_metadata() -> None:
    report = Report()
    story = read(':: A \\[1\\] \\{x\\} [a\\]b c] {"position":"1,2"}\n[[B]]\n\n:: B {broken\nb\n', report=report)
    assert (story.scenes[0].name, story.scenes[0].tags, story.scenes[0].x) == ("A [1] {x}", ["a]b", "c"], 1)
    assert [(note.line, note.what) for note in report.notes if "metadata" in note.what] == [
        (4, "the metadata of 'B' is not JSON")
    ]
    back = again(story, "twee")
    assert [(s.name, s.tags) for s in back.scenes] == [(s.name, s.tags) for s in story.scenes]


def test_the_start_is_found_by_name_or_number() -> None:
    page = (
        '<tw-storydata name="T" startnode="7"><tw-passagedata pid="3" name="A">a</tw-passagedata>'
        '<tw-passagedata pid="7" name="B">b &lt;i&gt;</tw-passagedata></tw-storydata>'
    )
    story = read(page, "s.html")
    assert (story.names[story.start or ""], story.scenes[1].source["text"]) == ("B", "b <i>")
    passages = [
        {"name": "A", "pid": 3, "text": "a"},
        {"name": "B", "pid": 7, "text": "b", "position": {"x": 5, "y": 6}},
    ]
    for start in ({"start": "B"}, {"startnode": 7}, {"startnode": "7"}):
        story = read(json.dumps({"name": "T", "passages": passages} | start), "s.json")
        assert (story.names[story.start or ""], story.scenes[1].x) == ("B", 5)


def test_ways_that_scripts_and_odd_spellings_make() -> None:
    sugar = "@@.pc;Well...@@ <<include [[B]]>> <<link 'x'>><<run Engine.play(\"C\")>><</link>>"
    assert only(sugar + "<<script>>Engine.play('B')<</script>>", "SugarCube") == [("C", "C", ""), ("B", "B", "")]
    story = read(f':: StoryData\n{{"format":"SugarCube"}}\n\n:: A\n{sugar}\n\n:: B\nb\n\n:: C\nc')
    assert story.scenes[0].source["embeds"] == ["B"]
    assert story.scenes[0].beats[0].text.startswith("Well...")
    chap = "Hi.\n\n{embed passage: fire}\n\n> [[Search->B]]\n\n[JavaScript]\nsetTimeout(() => go('C'), 9);"
    assert only(chap, "Chapbook") == [("Search", "B", ""), ("C", "C", "")]
    story = read(f':: StoryData\n{{"format":"Chapbook"}}\n\n:: A\n{chap}\n\n:: B\nb\n\n:: C\nc')
    assert story.scenes[0].source["unknown"] == ["embed passage"]


def test_an_archive_holds_several_stories_and_an_ifid_is_made() -> None:
    from storyengine.plot.formats import read_files
    from storyengine.plot.formats.intake import Sheet

    page = "".join(
        f'<tw-storydata name="{n}"><tw-passagedata pid="1" name="A">a</tw-passagedata></tw-storydata>' for n in "XY"
    )
    stories = read_files([Sheet("s.html", page)], Report())
    assert [story.title for story in stories] == ["X", "Y"]
    assert len({story.ifid for story in stories if len(story.ifid) == 36}) == 2


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("s.twee", "no passage", "by its name"), ("s.html", "<p>hi</p>", "by its name"), ("s.json", "{", "by its name"),
        ("s.json", '{"passages": [}', "line 1"), ("s.json", '{"passages": [{"name": 4}]}', "texts"),
        ("s.json", '{"passages": []}', "no scene"), ("s.twee", ":: StoryTitle\nx", "no scene"),
        ("s.json", '{"passages": ' + "[" * 100_000, "deep"),
    ],
)  # fmt: skip
def test_what_is_no_story_is_refused(name: str, text: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read(text, name)
    assert reason in str(refused.value.detail["reason"])


def test_a_hundred_thousand_links_in_one_passage_are_read() -> None:
    story = read(":: A\n" + "".join(f"[[l{n}->A]]" for n in range(100_000)))
    assert len(story.scenes[0].choices) == 100_000


@pytest.mark.parametrize(
    "text", ["(if: $a)[" * 20_000, "(a:" * 30_000, "<<if $a>>" * 20_000, "<!--" * 50_000, "`" * 50_000]
)
def test_what_is_nested_without_end_is_read_in_good_time(text: str) -> None:
    for form in ("Harlowe", "SugarCube"):
        assert len(only(text + "[[B]]", form)) <= 1


def test_writing_says_what_cannot_be_carried() -> None:
    report = Report()
    story = read(
        "title: A\n---\nHi.\n-> Go <<if $a.b[0]>>\n    <<jump B>>\n<<flash>>\n===\ntitle: B\n---\nb\n===\n", "s.yarn"
    )
    write_story(story, "twee", report)
    assert [note.what for note in report.notes if "another tool" in note.what or "note was" in note.what] != []


def test_tags_scripts_and_hook_names_are_no_words() -> None:
    report = Report()
    page = '<div id="x">The [lamp]<light| |a>[goes] out.</div>\n{\n<<b>>\n}\n(warp: "x")\n<b>Now.</b>'
    story = read(f':: StoryData\n{{"format":"Harlowe"}}\n\n:: A\n{page}\n', report=report)
    assert [text for _, _, _, text in prose(story)] == ["The lamp goes out.", "<<b>>", '(warp: "x")', "Now."]
    said = [note.what for note in report.notes]
    assert "HTML tags are left out of the words" in said
    assert "code stays in the text" in said
    sugar = ':: StoryData\n{"format":"SugarCube"}\n\n:: A\n!!Over\n[img[a.jpg]]\n<<script>>x;<</script>><<= "<br>">>'
    assert [text for _, _, _, text in prose(read(sugar, report=report))] == ["Over", '<<= "<br>">>']
    assert any((note.scene, note.what) == ("A", "a script is left out of the words") for note in report.notes)


def test_an_ending_of_another_tool_stays_one() -> None:
    story = read("=== a\n+ [Go] -> b\n=== b\nDone. #x y\n-> END\n", "s.ink")
    for form in TWINE:
        back = again(story, form)
        assert [(scene.is_ending, scene.tags) for scene in back.scenes] == [(False, []), (True, ["x-y", "ending"])]
        assert again(back, form).scenes[1].tags == ["x-y", "ending"]


def test_what_a_story_says_of_itself_beyond_the_specification_stays() -> None:
    text = (
        ':: StoryData\n{"ifid": "D674C58C-DEFA-4F70-B7A2-27742230C0FC", "format": "Harlowe", "author": "Bo"}\n\n:: A\na'
    )
    assert '"author": "Bo"' in write_story(read(text), "twee", Report())


@pytest.mark.parametrize("dialect", ["Harlowe", "SugarCube"])
def test_a_backslash_takes_a_line_break_away(dialect: str) -> None:
    page = "Courage: \\\nhigh.\n\\\n\\\nA long\n\\ line.\\"
    story = read(f':: StoryData\n{{"format":"{dialect}"}}\n\n:: A\n{page}')
    assert [text for _, _, _, text in prose(story)] == ["Courage: high.", "A long line."]


def test_chapbooks_code_and_notes_are_no_words() -> None:
    page = (
        "[Align right]\nDusk.\n[JavaScript]\nsetTimeout(() => go('B'), 9);\n[CONTINUE]\n\\*Now\\* we go.\n"
        "[note]\nMore rain? [[C]]\n[cont]\nRain."
    )
    report = Report()
    story = read(f":: A\n{page}\n\n:: B\nb\n\n:: C\nc", report=report)
    assert story.source["dialect"] == "chapbook"
    assert [text for name, _, _, text in prose(story) if name == "A"] == ["Dusk.", "*Now* we go.", "Rain."]
    assert ways(story, "A") == [("B", "B", "")]
    assert [(note.scene, note.what) for note in report.notes][:2] == [
        ("A", "code and notes are left out of the words")
    ] * 2


def test_an_ending_with_ways_that_may_stay_shut_is_one_after_twine() -> None:
    story = read("=== a\n{x > 1: -> b}\n-> END\n=== b\nDone.\n-> END\n", "s.ink")
    for form in TWINE:
        assert [scene.is_ending for scene in again(story, form).scenes] == [True, True]


@pytest.mark.parametrize("dialect", ["Harlowe", "SugarCube", "Snowman", "Chapbook", "Other"])
def test_a_comment_on_lines_of_its_own_is_a_note(dialect: str) -> None:
    page = "Rain.\n<!-- More\n  rain? [[C]] -->\nThe <!-- old --> lamp.\n<!-- -->\n  <!--last-->"
    story = read(f':: StoryData\n{{"format":"{dialect}"}}\n\n:: A\n{page}')
    notes = [(kind, text) for _, kind, _, text in prose(story) if kind == "note"]
    assert notes == [("note", "More rain? [[C]]"), ("note", "last")]
    assert "The lamp." in [text for _, _, _, text in prose(story)]
    assert story.scenes[0].choices == []
    story.scenes[0].source.clear()
    assert prose(again(story, "twee")) == prose(story)


@pytest.mark.parametrize(
    "macro", ['(link-repeat: "x")[]', "(put: 3 into $a)", "(click-goto: ?a, 'B')", "(unless: $a)[]"]
)
def test_harlowe_is_known_by_its_macros_where_no_format_is_named(macro: str) -> None:
    assert read(f":: A\n{macro}").source["dialect"] == "harlowe"
