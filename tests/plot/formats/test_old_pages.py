"""Pages that Twine 1 made, and JSON as Twison and its children write it."""

import codecs
import html
import json

import pytest

from storyengine.errors import Refused
from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import again, graph, prose, read, ways

PAGE = r"""<html><head><!-- Sugarcane is based on --><script>x("<div tiddler='no'>")</script></head><body>
<div id="storeArea" data-size="4" hidden><div tiddler="Start" tags="" created="202312171718" modifier="twee"
twine-position="10,20">Fog.\n\n[[Cross|The &quot;far&quot; side]] now /%hm%/ c:\stemp&lt;&lt;set $wet = 1&gt;&gt;</div>
<div tiddler="The &quot;far&quot; side" tags="a b" twine-position="262,10">Mud.</div><div tiddler="Look"
tags="script">a &lt; b</div><div tiddler="StoryTitle" tags="">Ferry</div></div></body></html>"""


def test_a_page_of_twine_1_comes_in_and_goes_out_as_any_other() -> None:
    story = read(PAGE, "s.html")
    assert (story.title, story.source["format"], story.names[story.start or ""]) == ("Ferry", "Sugarcane", "Start")
    assert [text for *_, text in prose(story)] == ["Fog.", "Cross now c:\\temp", "Mud."]
    assert ways(story, "Start") == [("Cross", 'The "far" side', "")]
    first, second = story.scenes
    assert (first.effects, (first.x, first.y), second.tags) == ("wet = 1", (10, 20), ["a", "b"])
    assert [kept["name"] for kept in story.source["special"]] == ["Look"]
    for form in ("twee", "twine-html", "twine-json", "ink"):
        assert (graph(again(story, form)), prose(again(story, form))) == (graph(story), prose(story))


def test_words_that_an_author_hid_from_the_source_are_found() -> None:
    def hidden(name: str, text: str) -> str:
        return f'<div tiddler="{codecs.encode(name, "rot13")}" tags="">{codecs.encode(text, "rot13")}</div>'

    pages = [hidden("Start", "Fog. [[On|Far]]"), hidden("Far", "Mud."), hidden("StoryTitle", "Ferry")]
    settings = '<div tiddler="StorySettings" tags="">obfuscate:rot13\\nundo:on</div>'
    store = f'<div id="store-area">{settings}{"".join(pages)}</div>'
    story = read(store, "s.html")
    assert (story.title, story.source["dialect"]) == ("Ferry", "sugarcube")
    assert [(name, text) for name, _, _, text in prose(story)] == [("Start", "Fog. On"), ("Far", "Mud.")]
    assert ways(story, "Start") == [("On", "Far", "")]


def test_a_store_without_a_passage_is_refused_and_an_open_passage_is_told() -> None:
    with pytest.raises(Refused) as refused:
        read("<div id=storeArea></div>", "s.html")
    assert refused.value.code == "story.invalid"
    report = Report()
    assert prose(read('<div id="storeArea"><div tiddler="Start">Fog.', "s.html", report=report))[0][3] == "Fog."
    assert [note.code for note in report.notes] == ["twine.open_element", "twine.no_ifid"]


def twison(text: str, **fields: object) -> str:
    second = {"name": "far side", "text": "Mud.", "pid": "2"}
    return json.dumps({"passages": [{"name": "A", "text": text, "pid": "1", **fields}, second], "startnode": "1"})


def test_texts_that_twison_took_from_the_page_unread_are_read() -> None:
    for text in ("Tom & I say 1 < 2. [[Cross->far side]]", "[[far side]] &amp; &#91;"):
        story, unread = read(twison(text), "s.json"), read(twison(html.escape(text, quote=False)), "s.json")
        assert (graph(unread), prose(unread)) == (graph(story), prose(story))
        assert len(graph(story)) == 1


def test_our_own_json_is_never_taken_for_it() -> None:
    story = read(twison("R&amp;D"), "s.json")
    assert prose(story)[0][3] == "R&D"
    story.scenes[0].beats[0].text = "R&lt;D"
    assert prose(again(story, "twine-json"))[0][3] == "R&lt;D"


def test_links_that_stand_in_a_list_of_their_own_alone_are_links() -> None:
    listed = [{"name": "Cross", "link": "far side", "pid": "2"}, {"name": "Home", "link": "A"}, {"link": 1}, "x"]
    story = read(twison("Fog. [[Home->A]]", links=listed), "s.json")
    assert ways(story, "A") == [("Home", "A", ""), ("Cross", "far side", "")]
    assert [text for *_, text in prose(story)] == ["Fog. Home", "Mud."]
    assert graph(again(story, "twine-json")) == graph(story)
