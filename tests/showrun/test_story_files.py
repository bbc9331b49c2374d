"""The commands and the pages by which stories come in and go out, and the check of one."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils.html import escape

from storyengine.errors import Refused
from storyengine.plot.exchange import take_out
from storyengine.plot.formats.report import Report
from storyengine.plot.models import Scene, Story
from storyengine.script.formats import FORMATS, read_script
from storyengine.showrun import cycle
from tests.factories import make_performance, make_story, make_user
from tests.plot.conftest import make_plot
from tests.plot.formats.stories import HARLOWE

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client):  # type: ignore[no-untyped-def]
    client.force_login(make_user("showrunner"))
    return client


def upload(client, name: str, text: str | bytes, **fields: str):  # type: ignore[no-untyped-def]
    data = text.encode() if isinstance(text, str) else text
    return client.post(reverse("import_story"), {"file": SimpleUploadedFile(name, data), **fields})


def test_import_story_says_what_it_read_and_what_it_could_not(tmp_path: Path, capsys) -> None:
    path = tmp_path / "ferry.twee"
    path.write_text(HARLOWE)
    call_command("import_story", path)
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "the-ferry: The Ferry, 3 scenes"
    assert "10 choices" in out
    assert "ferry" not in err
    assert "31: Bank: something is not known here: warp: it may lead anywhere: draw the way by hand" in [
        line.strip() for line in err.splitlines()
    ]


def test_import_story_takes_a_folder_and_refuses_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.twee").write_text(":: Start\n[[B]]\n")
    (tmp_path / "b.twee").write_text(":: B\nb\n")
    call_command("import_story", tmp_path, slug="folder", endings=True)
    assert Story.objects.get(slug="folder").scenes.count() == 2
    with pytest.raises(Refused) as refused:
        call_command("import_story", tmp_path / "none.twee")
    assert refused.value.code == "story.invalid"


def test_export_story_writes_a_file_or_standard_output(tmp_path: Path, capsys) -> None:
    story = make_story()
    path = tmp_path / "out.twee"
    call_command("export_story", story.slug, format="twee", output=path)
    assert path.read_text().startswith(":: StoryTitle\nThe Ferry")
    capsys.readouterr()
    call_command("export_story", story.slug)
    assert json.loads(capsys.readouterr().out)["slug"] == story.slug
    with pytest.raises(Refused):
        call_command("export_story", "nope")


def test_check_story_exits_one_on_errors_only(capsys) -> None:
    story = make_story()
    call_command("check_story", story.slug, walks=300)
    out = capsys.readouterr().out
    assert out.splitlines()[:2] == ["2 scenes, 3 choices", "  warning  BRAM has no line."]
    assert "300 walks (seed 1) came through 2 of 2 scenes" in out
    story.scenes.update(is_ending=False)
    with pytest.raises(SystemExit) as left:
        call_command("check_story", story.slug, walks=5, json=True)
    report = json.loads(capsys.readouterr().out)
    assert left.value.code == 1
    assert [finding["code"] for finding in report["findings"]] == ["no_way_on", "silent"]
    assert report["play"]["walks"] == sum(report["play"]["ends"].values()) == 5


def test_an_upload_shows_what_was_read(author) -> None:
    answer = upload(author, "ferry.twee", HARLOWE)
    assert answer.status_code == 201
    page = answer.content.decode()
    assert "The Ferry" in page
    assert "it may lead anywhere" in page
    assert Story.objects.get().scenes.count() == 3


@pytest.mark.parametrize(
    ("name", "data", "code", "status"),
    [
        ("a.twee", b"\x00\x01", "story.invalid", 422), ("a.png", b"hello", "story.format_unknown", 422),
        ("a.json", b'{"passages": [}', "story.invalid", 422), ("a.zip", b"PK\x03\x04", "story.invalid", 422),
    ],
)  # fmt: skip
def test_an_upload_that_cannot_be_read_is_refused_on_the_page(author, name, data, code, status) -> None:
    answer = upload(author, name, data)
    assert (answer.status_code, Story.objects.count()) == (status, 0)
    assert code in answer.content.decode()


def test_downloads_and_the_check_by_page(author, django_assert_max_num_queries) -> None:
    story = make_story()
    for name in ("json", "twee", "twine-html", "twine-json", "ink"):
        with django_assert_max_num_queries(20):
            answer = author.get(reverse("export_story", args=[story.slug, name]))
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith(f'attachment; filename="{story.slug}.')
    assert author.get(reverse("export_story", args=[story.slug, "yarn"])).status_code == 422
    assert author.get(reverse("export_story", args=[story.slug, "nope"])).status_code == 404
    with django_assert_max_num_queries(11):
        page = author.get(reverse("check_story", args=[story.slug])).content.decode()
    assert "BRAM has no line." in page
    assert (
        json.loads(b"".join(author.get(reverse("story_schema")).streaming_content))["title"]
        == "A story of Story Engine"
    )


SCENE = "INT. BAR - NIGHT\n\nInclude the barman.\nList of drinks.\n\nODA\nOne.\n\nEXT. QUAY - DAY\n\nRain.\n"
SCRIPT = read_script(SCENE.encode(), "fountain")


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("bar.fountain", SCENE, "bar"), ("bar.txt", SCENE, "bar"),
        ("BAR.SPMD", "Title: The Bar\n\n" + SCENE, "The Bar"), ("bar.fdx", FORMATS["fdx"].write(SCRIPT), "bar"),
        ("bar.json", FORMATS["json"].write(SCRIPT), "bar"),
        ("bar.fountain", ":: Not twee\n\nVAR x = 5\n\n" + SCENE, "bar"),
    ],
)  # fmt: skip
def test_a_screenplay_comes_in_by_the_page(author, name: str, text: str | bytes, title: str) -> None:
    answer = upload(author, name, text)
    assert answer.status_code == 201, answer.content.decode()
    story = Story.objects.get()
    assert (story.title, [scene.heading for scene in story.scenes.all()][-1]) == (title, "EXT. QUAY - DAY")
    assert "<dt>Scenes</dt><dd>" in answer.content.decode()
    assert upload(author, name, text).status_code == 201  # a second one finds a slug of its own


def test_what_of_a_screenplay_is_left_out_is_told_on_the_page_and_by_the_command(author, tmp_path, capsys) -> None:
    source = FORMATS["fdx"].write(SCRIPT).replace(b"<Text>Rain.", b'<Text TagNumber="3" RevisionID="1">Rain.')
    page = upload(author, "bar.fdx", source).content.decode()
    for said in ("tags for a breakdown are left out: 1", "marks of revisions are left out: 1"):
        assert said in page
    (tmp_path / "bar.fdx").write_bytes(source)
    call_command("import_script", tmp_path / "bar.fdx", slug="again")
    assert "tags for a breakdown are left out: 1" in capsys.readouterr().out


def test_the_page_and_both_commands_make_the_same_address_of_a_title(author, tmp_path, capsys) -> None:
    titled, bare = b"Title: The Lamp\n\nINT. BAR - DAY\n\nRain.\n", b"INT. BAR - DAY\n\nRain.\n"
    (tmp_path / "my-film.fountain").write_bytes(titled)
    (tmp_path / "weir.fountain").write_bytes(bare)
    for command in ("import_script", "import_story"):
        for name in ("my-film", "weir"):
            call_command(command, tmp_path / f"{name}.fountain")
    upload(author, "my-film.fountain", titled)
    upload(author, "weir.fountain", bare)
    assert set(Story.objects.values_list("slug", flat=True)) == {
        *("the-lamp", "the-lamp-2", "the-lamp-3"), *("weir", "weir-2", "weir-3"),
    }  # fmt: skip


def test_the_report_names_each_scene_by_its_title_and_leads_to_it(author) -> None:
    page = upload(
        author, "a.ink", "-> quay\n=== quay\nINT. QUAY - NIGHT\nFog {a > 1: and rain}.\n-> END\n"
    ).content.decode()
    scene = Scene.objects.get(name="quay")
    link = f'<a href="{reverse("scene", args=[scene.story.slug, scene.key])}" lang="en">INT. QUAY - NIGHT</a>'
    row = f'<tr><td>{link}</td><td data-label="Line"><code>4</code></td><td>logic stays in the text as it was written'
    assert row in page
    assert '<td class="muted"></td>' not in page


def test_screenplays_and_stories_come_in_together_or_not_at_all(author) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("bar.fountain", SCENE)
        packed.writestr("ferry.twee", HARLOWE)
    assert upload(author, "all.zip", archive.getvalue()).status_code == 201
    assert sorted(Story.objects.values_list("title", flat=True)) == ["The Ferry", "bar"]
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("z.fdx", "<FinalDraft>\n<")
    page = upload(author, "all.zip", archive.getvalue())
    assert (page.status_code, Story.objects.count()) == (422, 2)
    assert "z.fdx: line 2" in page.content.decode()


def test_a_chosen_format_is_taken_at_its_word(author) -> None:
    assert upload(author, "bar.fountain", "=== bar\nRain.\n-> END\n", format="ink").status_code == 201
    assert Story.objects.get().scenes.get().name == "bar"
    assert upload(author, "notes.md", SCENE, format="fountain").status_code == 201


def test_an_archive_that_cannot_be_read_says_where(author) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.twee", ":: A\nfine\n")
        packed.writestr("b.twee", HARLOWE)
    broken = bytearray(archive.getvalue())
    at = broken.index(b"b.twee") + 40
    broken[at : at + 8] = b"\xff" * 8
    assert "b.twee: the archive cannot be read" in upload(author, "a.zip", bytes(broken)).content.decode()
    assert "line 1: there is no scene in it" in upload(author, "a.twee", ":: Code [script]\nx").content.decode()


def test_what_a_format_cannot_say_is_shown_before_the_download(author) -> None:
    story = make_story()
    story.start.choices.update(condition="harlowe: (passage:)'s name is 1")
    address = reverse("export_story", args=[story.slug, "ink"])
    report = Report()
    text = take_out(story, "ink", report)
    assert report.notes
    page = author.get(address)
    assert "Content-Disposition" not in page.headers
    for note in report.notes:
        assert escape(note.what) in page.content.decode()
    answer = author.get(address + "?as_it_is=1")
    assert (answer.content.decode(), answer["Content-Disposition"][:10]) == (text, "attachment")


def test_the_check_tells_of_every_scene_how_often_it_is_come_by(author, capsys) -> None:
    story = make_plot(60)
    page = author.get(reverse("check_story", args=[story.slug])).content.decode()
    folded = page[page.index("<details><summary>and 48 more scenes") :]
    assert ("10000 walks; scenes that they came through: 60 of 60." in page, folded.count("<tr><th scope=")) == (
        True,
        49,
    )
    call_command("check_story", story.slug, walks=100)
    lines = capsys.readouterr().out.splitlines()
    first = lines.index("walks that came by, the fewest first:") + 1
    assert (len(lines) - first, lines[-1]) == (41, "  … 20 more; --all prints them")
    call_command("check_story", story.slug, walks=100, all=True)
    lines = capsys.readouterr().out.splitlines()
    assert ("      100  100.0 %  Scene 0" in lines, len(lines) - first) == (True, 60)


def test_findings_are_on_the_console_before_a_performance_opens(author) -> None:
    performance = make_performance(write_ahead=False)
    performance.story.start.choices.filter(position=2).update(target="Atlantis")
    where = reverse("performance", args=[performance.code])
    before = author.get(where).content.decode()
    assert "“Carry the thief” leads to “Atlantis”, which is no scene: if it is chosen, the writer writes" in before
    assert "BRAM has no line." in before
    cycle.start(performance.pk, by=make_user("showrunner", "second"))
    assert "Atlantis" not in author.get(where).content.decode()


def test_only_authors_may(client) -> None:
    story = make_story()
    urls = [
        reverse("import_story"),
        reverse("export_story", args=[story.slug, "json"]),
        reverse("check_story", args=[story.slug]),
    ]
    assert [client.get(url).status_code for url in urls] == [302] * 3
    client.force_login(make_user("moderator"))
    assert [client.get(url).status_code for url in urls] == [403] * 3


def test_a_scene_that_offers_nothing_says_so_and_can_be_moved_on(author) -> None:
    performance, user = make_performance(write_ahead=False), make_user("showrunner", "second")
    performance.story.start.choices.update(condition="courage > 3")
    cycle.start(performance.pk, by=user)
    for _ in range(2):
        cycle.advance(performance.pk)
    assert performance.log.filter(event="poll.nothing_offered").count() == 1
    page = author.get(reverse("performance", args=[performance.code])).content.decode()
    assert "poll.nothing_offered" in page
    assert "courage &gt; 3" in page
    author.post(reverse("command", args=[performance.code, "offer_all"]))
    assert performance.polls.get().offers.count() == 3
    assert author.post(reverse("command", args=[performance.code, "offer_all"])).status_code == 409


def test_a_poll_offers_what_holds_and_the_log_tells_what_is_unclear() -> None:
    performance, user = make_performance(write_ahead=False), make_user("showrunner")
    one, two, _ = performance.story.start.choices.all()
    one.condition, two.condition = "1 > 2", "sugarcube: $bag.length"
    one.save()
    two.save()
    cycle.start(performance.pk, by=user)
    assert [offer.label for offer in performance.polls.get().offers.all()] == ["Carry the thief", "Burn the ferry"]
    entry = performance.log.get(event="condition.unclear")
    assert (entry.detail["choice"], entry.detail["condition"]) == ("Carry the thief", "sugarcube: $bag.length")
