"""The authors' pages: who may see them, what they save and refuse, and how much they ask of the database."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from storyengine.plot import edit
from storyengine.plot.models import Choice, Edit, Scene, Story
from storyengine.plot.path import enter
from storyengine.plot.snapshot import scene_snapshot, story_snapshot, version_of
from tests.factories import BeatFactory, ChoiceFactory, SceneFactory, StoryFactory, make_performance, make_story
from tests.plot.conftest import make_plot

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


def typed(scene: Scene, **fields: object) -> dict[str, object]:
    """What the scene's page sends when nothing was touched, with some fields typed over."""
    now = scene_snapshot(scene)
    keys = dict(Scene.objects.values_list("pk", "key"))
    post = {
        "version": version_of(now), "heading": now["heading"], "name": now["name"], "chapter": now["chapter"],
        "has_beats": "1", "has_choices": "1", "has_ending": "1",
        "kind": [b["kind"] for b in now["beats"]], "character": [b["character"] for b in now["beats"]],
        "text": [b["text"] for b in now["beats"]], "was": [str(n) for n in range(len(now["beats"]))],
        "choice_id": [str(c["id"]) for c in now["choices"]], "choice": [c["label"] for c in now["choices"]],
        "to": [keys.get(c["to"], "") for c in now["choices"]], "condition": [c["condition"] for c in now["choices"]],
        "choice_effects": [c["effects"] for c in now["choices"]],
    }  # fmt: skip
    return post | ({"is_ending": "1"} if now["is_ending"] else {}) | fields


def urls(story: Story) -> list[tuple[str, str]]:
    root = f"/stories/{story.slug}/"
    scene = f"{root}scenes/s1/"
    gets = ["/stories/", root, *(root + name for name in ("map/", "map.json", "map.svg", "outline/", "find.json"))]
    posts = ["/stories/", root, *(root + name for name in ("undo/", "map/tidy/", "map/play/", "scenes/", "remove/"))]
    gets += [scene, f"{scene}panel/", f"{scene}history/"]
    posts += [scene, *(scene + name for name in ("undo/", "remove/", "new-version/"))]
    return [("get", path) for path in gets] + [("post", path) for path in posts]


def test_stranger_is_led_to_the_sign_in(client: Client) -> None:
    for method, path in urls(make_plot()):
        response = getattr(client, method)(path)
        assert (response.status_code, response["Location"].startswith("/sign-in/")) == (302, True), path


def test_user_who_is_no_author_is_refused(client: Client, django_user_model) -> None:  # type: ignore[no-untyped-def]
    client.force_login(django_user_model.objects.create_user("nobody"))
    story = make_plot()
    before = story_snapshot(story)
    assert {getattr(client, method)(path).status_code for method, path in urls(story)} == {403}
    assert (story_snapshot(story), Scene.objects.count(), Edit.objects.count()) == (before, 6, 0)


def test_every_page_answers(room: Client) -> None:
    story = make_plot()
    assert {path: room.get(path).status_code for method, path in urls(story) if method == "get"} == {
        path: 200 for method, path in urls(story) if method == "get"
    }


def test_page_sent_back_untouched_changes_nothing(room: Client) -> None:
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s3")
    before = scene_snapshot(scene)
    assert room.post(f"/stories/{story.slug}/scenes/s3/", typed(scene), **JSON).status_code == 200
    assert (scene_snapshot(Scene.objects.get(pk=scene.pk)), Edit.objects.count()) == (before, 0)


def test_autosave_answers_version_and_numbers(room: Client) -> None:
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    post = typed(scene, text=["Rain."], choice_id=[str(scene.choices.get().pk), ""], choice=["On", "Swim"],
                 to=["s2", "s5"], condition=["", "brave"], choice_effects=["", ""])  # fmt: skip
    answer = room.post(f"/stories/{story.slug}/scenes/s1/", post, **JSON).json()
    scene.refresh_from_db()
    swim = Choice.objects.get(label="Swim")
    assert (swim.to_scene.key, swim.condition, scene.beats.get().text) == ("s5", "brave", "Rain.")
    assert (answer["choices"][1], answer["undo"], answer["redo"]) == (swim.pk, True, False)
    assert answer["version"] == version_of(scene_snapshot(scene))


def test_stale_autosave_says_who_was_first_and_writes_nothing(room: Client, author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    mine = typed(scene, heading="MINE")
    now = scene_snapshot(scene)
    edit.save_scene(scene, {**now, "heading": "FIRST"}, version=version_of(now), by=author)
    response = room.post(f"/stories/{story.slug}/scenes/s1/", mine, **JSON)
    scene.refresh_from_db()
    fields = response.json()
    assert (response.status_code, fields["code"], fields["by"], scene.heading) == (
        409,
        "scene.stale",
        "author",
        "FIRST",
    )
    over = room.post(f"/stories/{story.slug}/scenes/s1/", mine | {"version": fields["version"]}, **JSON)
    scene.refresh_from_db()
    assert (over.status_code, scene.heading) == (200, "MINE")


def test_a_save_whose_answer_was_lost_can_be_sent_again(room: Client) -> None:
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    post = typed(scene, text=["Rain."], choice_id=[str(scene.choices.get().pk), ""], choice=["On", "Swim"],
                 to=["s2", ""], condition=["", ""], choice_effects=["", ""])  # fmt: skip
    first, again = (room.post(f"/stories/{story.slug}/scenes/s1/", post, **JSON).json() for _ in range(2))
    assert (again["version"], again["choices"]) == (first["version"], first["choices"])
    assert (Edit.objects.count(), Choice.objects.filter(label="Swim").count()) == (1, 1)


def test_text_that_gives_way_is_kept_in_the_history_and_comes_back_by_redo(room: Client, author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    mine = typed(scene, heading="MINE")
    now = scene_snapshot(scene)
    edit.save_scene(scene, {**now, "heading": "FIRST"}, version=version_of(now), by=author)
    answer = room.post(f"/stories/{story.slug}/scenes/s1/", mine | {"set_aside": "1"}, **JSON).json()
    scene.refresh_from_db()
    assert (scene.heading, answer["redo"]) == ("FIRST", True)
    page = room.get(f"/stories/{story.slug}/scenes/s1/history/").content.decode()
    assert "<ins>MINE</ins>" in page
    room.post(f"/stories/{story.slug}/scenes/s1/redo/")
    scene.refresh_from_db()
    assert scene.heading == "MINE"


def test_new_scene_waits_for_its_heading_and_the_answer_says_what_the_checks_find(room: Client) -> None:
    story = make_plot()
    room.post(f"/stories/{story.slug}/scenes/", {"choice": str(Choice.objects.open().earliest("pk").pk)})
    scene = Scene.objects.latest("pk")
    page = room.get(f"/stories/{story.slug}/scenes/{scene.key}/").content.decode()
    assert ('value="…"' in page, page.count('class="beat-row"')) == (False, 2)  # an empty one to begin with, a template
    post = typed(scene, heading="", choice_id=[""], choice=["Row"], to=[""], condition=["fog >"], choice_effects=[""])
    answer = room.post(f"/stories/{story.slug}/scenes/{scene.key}/", post, **JSON).json()
    assert answer["findings"] == ["The condition of “Row” cannot be evaluated, so it is always offered: fog >"]
    assert Scene.objects.get(pk=scene.pk).heading == "…"


def test_what_a_word_processor_leaves_in_a_text_becomes_text(room: Client) -> None:
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    odd = "Tab\there\x0bnext line, a non\x1ebreaking hy\x1fphen, “quotes” …\x01"
    room.post(f"/stories/{story.slug}/scenes/s1/", typed(scene, text=[odd]), **JSON)
    assert scene.beats.get().text == "Tab\there\nnext line, a non-breaking hyphen, “quotes” …"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"heading": "  "}, "scene.incomplete"),
        ({"kind": ["dialogue"], "character": [""]}, "scene.incomplete"),
        ({"kind": ["song"]}, "scene.incomplete"),
        ({"choice": [""]}, "scene.incomplete"),
        ({"to": ["nowhere"]}, "scene.unknown"),
        ({"version": "", "heading": "MINE"}, "scene.stale"),
        ({"text": ["x" * 20_001]}, "scene.incomplete"),
        ({"heading": "x" * 121}, "scene.incomplete"),
    ],
)
def test_what_cannot_be_saved_is_coded(room: Client, fields: dict[str, object], code: str) -> None:
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    before = scene_snapshot(scene)
    answer = room.post(f"/stories/{story.slug}/scenes/s1/", typed(scene, **fields), **JSON).json()
    assert (answer["code"], scene_snapshot(Scene.objects.get(pk=scene.pk))) == (code, before)


def test_plain_form_without_scripts_saves_too(room: Client) -> None:
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    response = room.post(f"/stories/{story.slug}/scenes/s1/", typed(scene, heading="EXT. X"))
    scene.refresh_from_db()
    assert (response.status_code, scene.heading) == (302, "EXT. X")


def test_shown_scene_keeps_what_its_page_does_not_send(room: Client) -> None:
    performance = make_performance(state="live")
    scene = performance.story.start
    enter(performance, scene, choice=None)
    page = room.get(f"/stories/{performance.story.slug}/scenes/start/").content.decode()
    assert ('name="text"' in page.split("<template")[0], "Make a new version" in page) == (False, True)
    post = {name: value for name, value in typed(scene, chapter="One").items() if name not in ("heading", "has_beats")}
    assert room.post(f"/stories/{performance.story.slug}/scenes/start/", post, **JSON).status_code == 200
    assert scene.beats.count() == 2


def test_story_page_saves_its_world(room: Client) -> None:
    story = make_story()
    before = story_snapshot(story)
    who = before["characters"]
    post = {
        "version": version_of(before), "title": "The Barge", "language": "en", "rules": "One.\r\n\r\nTwo.",
        "outline": "The bell is heard.\r\nODA drowns.", "lore": " the Bell: rings before a death ",
        "variables": "lamp = true\nname = Oda\ncount = 3", "start": "far-bank", "logline": "L", "tone": "t",
        "character_id": [who[1]["id"], who[0]["id"], ""], "character_name": ["BRAM", "ODA", "TESS"],
        "character_description": ["a", "b", ""], "character_voice": ["", "", ""],
        "place_id": [], "place_name": [], "place_description": [],
    }  # fmt: skip
    assert room.post(f"/stories/{story.slug}/", post, **JSON).status_code == 200
    story.refresh_from_db()
    assert (story.title, story.rules, story.variables) == (
        "The Barge",
        ["One.", "Two."],
        {"lamp": True, "name": "Oda", "count": 3},
    )
    assert (story.outline, story.lore) == (["The bell is heard.", "ODA drowns."], ["the Bell: rings before a death"])
    assert (story.start.key, [who.name for who in story.characters.all()]) == ("far-bank", ["BRAM", "ODA", "TESS"])
    assert story.places.count() == 0


def test_undo_from_the_page_survives_a_new_session(room: Client, author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    room.post(f"/stories/{story.slug}/scenes/s1/", typed(scene, heading="EXT. X"))
    fresh = Client()
    fresh.force_login(author)
    assert fresh.post(f"/stories/{story.slug}/scenes/s1/undo/").status_code == 302
    scene.refresh_from_db()
    assert scene.heading == "EXT. THE LANDING - DAWN"


def test_history_shows_words_and_restores(room: Client) -> None:
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    room.post(f"/stories/{story.slug}/scenes/s1/", typed(scene, text=["Fog lies on the <river>."]))
    page = room.get(f"/stories/{story.slug}/scenes/s1/history/").content.decode()
    assert "<ins>&lt;</ins>" in page
    path = f"/stories/{story.slug}/scenes/s1/history/{Edit.objects.get().pk}/restore/"
    room.post(f"/stories/{story.slug}/scenes/s1/", typed(Scene.objects.get(pk=scene.pk), text=["Rain."]))
    version = version_of(scene_snapshot(Scene.objects.get(pk=scene.pk)))
    assert room.post(path, {"version": "old"}).status_code == 409
    assert room.post(path, {"version": version}).status_code == 302


def test_new_story_begins_with_one_scene(room: Client) -> None:
    response = room.post("/stories/", {"title": "渡船", "language": "zh-hans"})
    story = Story.objects.get()
    assert (response["Location"], story.start.story) == (f"/stories/{story.slug}/", story)


def test_find_answers_keys_by_any_words(room: Client) -> None:
    story = make_plot()
    found = room.get(f"/stories/{story.slug}/find.json", {"q": "scene 3"}).json()["scenes"]
    assert found == [{"key": "s3", "title": "Scene 3"}]


def test_graph_answers_unchanged_with_nothing(room: Client) -> None:
    story = make_plot()
    first = room.get(f"/stories/{story.slug}/map.json")
    again = room.get(f"/stories/{story.slug}/map.json", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (len(json.loads(first.content)["nodes"]), again.status_code, again.content) == (7, 304, b"")


def test_checks_are_shown_where_they_belong(room: Client) -> None:
    story = make_plot()
    lost = SceneFactory(story=story, key="lost", name="Lost")
    nodes = json.loads(room.get(f"/stories/{story.slug}/map.json").content)["nodes"]
    assert {node["title"]: node["flag"] for node in nodes if "flag" in node} == {"Lost": "error"}
    panel = room.get(f"/stories/{story.slug}/scenes/{lost.key}/panel/").content.decode()
    assert "No way from the start leads here." in panel


@pytest.mark.parametrize(
    "path", ["/stories/", "{root}", "{root}outline/", "{root}map.json", "{root}scenes/s0/", "{root}scenes/s0/panel/"]
)
def test_pages_ask_the_same_number_of_queries_for_many_rows(room: Client, path: str) -> None:
    story = make_plot()
    where = path.format(root=f"/stories/{story.slug}/")
    room.get(where)
    with CaptureQueriesContext(connection) as few:
        room.get(where)
    for n in range(12):
        scene = SceneFactory(story=story, key=f"more-{n}", name=f"More {n}")
        BeatFactory(scene=scene, position=1)
        ChoiceFactory(scene=scene, position=1, to_scene=story.start)
        ChoiceFactory(scene=story.start, position=10 + n, to_scene=scene)
        StoryFactory()
    room.get(where)
    with CaptureQueriesContext(connection) as many:
        room.get(where)
    assert len(many) == len(few)
