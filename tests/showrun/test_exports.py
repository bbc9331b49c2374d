"""The console's way out: scripts with their options, breakdowns, and paths drawn through a story."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from audience.models import Ballot, Comment, Guest, Poll
from storyengine.plot.models import Beat, Choice, Performance, Story
from storyengine.plot.path import enter
from storyengine.script.formats import FORMATS
from storyengine.script.screenplay import Offer
from storyengine.showrun import cycle, people
from storyengine.showrun.played import gather_played
from tests.factories import BeatFactory, make_performance, make_story, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def showrunner(client: Client) -> Client:
    client.force_login(make_user("showrunner"))
    return client


@pytest.fixture
def played() -> Performance:
    """One poll, one vote, two comments (one hidden), and the scene that won."""
    performance = make_performance()
    person = make_user("showrunner", "director")
    cycle.start(performance.pk, by=person)
    poll = Poll.objects.get(performance=performance)
    guest = Guest.objects.create(performance=performance)
    widow = Choice.objects.get(label="Carry the widow")
    Ballot.objects.create(poll=poll, guest=guest, choices=[widow.pk], cast_at=poll.opened_at)
    for ref, text in (("a", "Take her!"), ("b", "A rude word")):
        Comment.objects.create(performance=performance, step=poll.step, guest=guest, ref=ref, text=text)
    Comment.objects.filter(ref="b").update(hidden_at=poll.opened_at)
    cycle.close_now(performance.pk, by=person)
    return performance


def test_gather_played_tells_votes_and_words(played: Performance, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(5):
        found = gather_played(played)
    assert found[1].offers == (
        Offer("Carry the widow", 1, True),
        Offer("Carry the thief", 0),
        Offer("Burn the ferry", 0),
    )
    assert found[1].words == ("Take her!",)
    assert (found[1].decided_by, found[1].approved_by) == ("", "")
    assert found[2].offers == ()


@pytest.mark.parametrize("extension", FORMATS)
def test_script_comes_in_every_format(showrunner: Client, played: Performance, extension: str) -> None:
    answer = showrunner.get(f"/console/{played.code}/script.{extension}?appendix=on&choices=on&paper=a4")
    assert answer.status_code == 200
    assert answer["Content-Type"] == FORMATS[extension].media_type
    assert answer["Content-Disposition"].endswith(f'{played.code}.{extension}"')
    assert len(answer.content) > 300


def test_script_prints_what_the_options_ask_for(showrunner: Client, played: Performance) -> None:
    plain = showrunner.get(f"/console/{played.code}/script.fountain").content.decode()
    assert "Take her!" not in plain
    assert "1 vote" not in plain
    whole = showrunner.get(
        f"/console/{played.code}/script.fountain?choices=on&appendix=on&numbers=none&draft=Second&authors=Ann"
    ).content.decode()
    for words in ("Take her!", "Carry the widow (1 vote)", "Revision: Second", "Author: Ann"):
        assert words in whole
    assert "A rude word" not in whole
    assert "#1#" in plain
    assert "#1#" not in whole


@pytest.mark.parametrize("query", ["paper=a5", "numbers=roman", f"draft={'x' * 81}"])
def test_script_refuses_what_the_panel_does_not_offer(showrunner: Client, played: Performance, query: str) -> None:
    answer = showrunner.get(f"/console/{played.code}/script.pdf?{query}")
    assert answer.status_code == 422
    assert b"script.option" in answer.content or query.split("=")[0].encode() in answer.content


def test_story_script_takes_a_path(showrunner: Client, played: Performance) -> None:
    story = played.story
    choice = Choice.objects.get(label="Carry the widow")
    answer = showrunner.get(f"/stories/{story.slug}/script.json?path={story.start_id},c{choice.pk}&choices=on")
    data = json.loads(answer.content)
    assert [scene["heading"] for scene in data["scenes"]] == ["EXT. THE LANDING - DAWN", "EXT. THE FAR BANK - DAY"]
    assert data["played"][0]["offers"][0] == {"label": "Carry the widow", "votes": None, "was_taken": True}
    assert showrunner.get(f"/stories/{story.slug}/script.json?path=999999").status_code == 422
    assert showrunner.get(f"/stories/{story.slug}/script.json").status_code == 422
    assert showrunner.get(f"/stories/{story.slug}/script.odt?path={story.start_id}").status_code == 404
    assert showrunner.get("/stories/none/script.json?path=1").status_code == 404


def test_breakdown_shows_tables_and_sides(  # type: ignore[no-untyped-def]
    showrunner: Client, played: Performance, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(8):
        page = showrunner.get(f"/console/{played.code}/breakdown/?actor=ODA").content.decode()
    for words in ("THE LANDING", "THE FAR BANK", "Lines of ODA", "Nobody crosses for free.", "1 page, about"):
        assert words in page
    for table in ("scenes", "cast", "places", "sides"):
        answer = showrunner.get(f"/console/{played.code}/breakdown/{table}.csv?actor=ODA")
        assert (answer.status_code, answer.content[:3]) == (200, b"\xef\xbb\xbf")
        assert len(answer.content.decode().splitlines()) >= 2
    assert showrunner.get(f"/console/{played.code}/breakdown/money.csv").status_code == 404


def test_script_length_follows_the_options(showrunner: Client, played: Performance) -> None:
    assert b"1 page, about" in showrunner.get(f"/console/{played.code}/script/length/").content
    assert b"2 pages" in showrunner.get(f"/console/{played.code}/script/length/?appendix=on").content


def test_the_panel_says_what_fountain_cannot(showrunner: Client, played: Performance) -> None:
    assert b"struck out" not in showrunner.get(f"/console/{played.code}/script/length/").content
    beat = Beat.objects.filter(scene__steps__performance=played, kind="action").first()
    assert beat is not None
    Beat.objects.filter(pk=beat.pk).update(styles=[[0, 1, "strikeout"], [2, 3, "strikeout"]])
    page = showrunner.get(f"/console/{played.code}/script/length/").content
    assert b"2 pieces of text are no longer struck out" in page


def test_scripts_are_the_showrunners(client: Client, played: Performance) -> None:
    pages = ("script.pdf", "script/length/", "breakdown/", "breakdown/cast.csv")
    paths = [f"/console/{played.code}/{page}" for page in pages]
    for path in paths:
        assert client.get(path).status_code == 302
    client.force_login(make_user("editor"))
    for path in paths:
        assert client.get(path).status_code == 403


def test_console_offers_every_format(showrunner: Client, played: Performance) -> None:
    page = showrunner.get(f"/console/{played.code}/").content.decode()
    for form in FORMATS.values():
        assert f"script.{form.extension}" in page
    assert 'name="path"' not in page  # that is of a drawn path alone
    assert "The chosen path so far, as a screenplay." in page


RECORD = {
    "guests": 3,
    "polls": [
        {"step": 1, "question": "Who crosses?", "state": "closed", "opened_at": "2026-11-24T20:00:00+00:00",
         "offers": [{"choice": ["start", 1], "label": "Carry the widow", "votes": 2},
                    {"choice": ["start", 2], "label": "Carry the thief", "votes": 1}],
         "tally": {"winner": ["start", 1], "voters": 3, "decided_by": "tie"}},
    ],
    "releases": [{"choice": ["start", 1], "scene": "far-bank", "approved_by": "ada", "writer": "models/box",
                  "approved_at": "2026-11-24T20:01:00+00:00", "released_at": "2026-11-24T20:01:00+00:00",
                  "reviews": [{"verdict": "changes_requested", "by": "bo", "note": "Drier.", "at": "x"}]}],
    "log": [{"event": "performance.started", "by": "ada", "at": "2026-11-24T19:59:00+00:00", "detail": {}}],
}  # fmt: skip


def told(record: object) -> Performance:
    """As a story file brings one in: over, two scenes, and a record."""
    performance = make_performance(state="ended", started_at=timezone.now(), ended_at=timezone.now(), record=record)
    choice = Choice.objects.get(label="Carry the widow")
    enter(performance, performance.story.start, choice=None)
    enter(performance, choice.to_scene, choice=choice)
    return performance


def test_the_script_of_a_performance_from_a_file_tells_what_its_record_holds(showrunner: Client) -> None:
    performance = told(RECORD)
    address = f"/console/{performance.code}/script.json?choices=on&approvals=on&appendix=on"
    first, second = json.loads(showrunner.get(address).content)["played"][:2]
    assert first["offers"] == [
        {"label": "Carry the widow", "votes": 2, "was_taken": True},
        {"label": "Carry the thief", "votes": 1, "was_taken": False},
    ]
    assert (first["question"], first["decided_by"]) == ("Who crosses?", "Decided by: the tie rule.")
    assert (second["approved_by"], second["written_by"]) == ("ada", "box")
    page = showrunner.get(f"/console/{performance.code}/script.txt?appendix=on").content.decode()
    for words in ("AS IT WAS PLAYED", "Carry the widow (2 votes)", "Approved by ada."):
        assert words in " ".join(page.split())


def test_the_page_of_a_performance_from_a_file_can_be_read(showrunner: Client) -> None:
    performance = told(RECORD)
    page = showrunner.get(f"/console/{performance.code}/").content.decode()
    for words in ("Played elsewhere", "Carry the thief", "2 votes", "approved by ada", "models/box", "Drier.",
                  "performance.started", "the tie rule", "script.pdf"):  # fmt: skip
        assert words in page
    assert "every 2s" not in page
    assert "data-qr" not in page


@pytest.mark.parametrize(
    "record",
    [
        {}, [], "x", {"polls": 1, "releases": {}, "log": [1, {"at": 5}], "guests": "many"},
        {"polls": [{"step": 1, "offers": [{"votes": "2"}, 7], "tally": {"winner": 5, "decided_by": 3}}]},
        {"releases": [{"scene": "far-bank", "reviews": "x", "approved_at": "yesterday"}], "polls": [{"tally": []}]},
    ],
)  # fmt: skip
def test_a_record_of_any_shape_is_shown_as_far_as_it_goes(showrunner: Client, record: object) -> None:
    performance = told(record)
    for address in ("", "script.fountain?choices=on&approvals=on&appendix=on"):
        assert showrunner.get(f"/console/{performance.code}/{address}").status_code == 200


def drawn(story: Story, page: str) -> str:
    """The address of a page for the path from the start to the far bank."""
    choice = story.start.choices.get(label="Carry the widow")
    return f"/stories/{story.slug}/{page}path={story.start_id},c{choice.pk}"


@pytest.mark.parametrize("extension", FORMATS)
def test_an_author_takes_a_drawn_path_out_in_every_format(client: Client, extension: str) -> None:
    story = make_story()
    client.force_login(make_user("editor"))
    answer = client.get(drawn(story, f"script.{extension}?numbers=path&choices=on&notes=on&paper=a4&"))
    assert (answer.status_code, answer["Content-Type"]) == (200, FORMATS[extension].media_type)


def test_a_drawn_path_has_the_options_and_the_tables_of_a_performance(client: Client) -> None:
    story = make_story()
    BeatFactory(scene=story.start, position=3, kind="note", text="Check the tide.")
    client.force_login(make_user("editor"))
    page = client.get(drawn(story, "script/?")).content.decode()
    for form in FORMATS.values():
        assert f"/stories/{story.slug}/script.{form.extension}" in page
    assert ('name="numbers"' in page, 'name="notes"' in page, 'name="appendix"' in page) == (True, True, False)
    assert '<input type="hidden" name="path"' in page
    plain, noted = (client.get(drawn(story, f"script.txt?{given}")).content.decode() for given in ("", "notes=on&"))
    assert ("Check the tide." in plain, "Check the tide." in noted) == (False, True)
    assert b"1 page, about" in client.get(drawn(story, "script/length/?")).content
    tables = client.get(drawn(story, "script/breakdown/?actor=ODA&")).content.decode()
    for words in ("THE FAR BANK", "Lines of ODA", f"/stories/{story.slug}/script/sides.csv?path="):
        assert words in tables
    for table in ("scenes", "cast", "places", "sides"):
        answer = client.get(drawn(story, f"script/{table}.csv?actor=ODA&"))
        assert (answer.status_code, answer.content[:3]) == (200, b"\xef\xbb\xbf")
        assert len(answer.content.decode().splitlines()) >= 2
    assert client.get(drawn(story, "script/money.csv?")).status_code == 404


def test_the_map_offers_to_an_author_only_what_opens(client: Client) -> None:
    story = make_story()
    client.force_login(make_user("editor"))
    page = client.get(f"/stories/{story.slug}/map/").content.decode()
    offered = re.findall(r'data-script="([^"]+)"', page)
    assert f"/stories/{story.slug}/script/" in offered
    assert {client.get(f"{address}?path={story.start_id}").status_code for address in offered} == {200}


def test_scripts_of_a_story_are_its_authors_and_its_showrunners(client: Client) -> None:
    story, other = make_story(), make_story()
    pages = ("script.pdf?", "script/?", "script/length/?", "script/breakdown/?", "script/cast.csv?")
    assert {client.get(drawn(story, page)).status_code for page in pages} == {302}
    person = make_user("moderator")
    client.force_login(person)
    assert {client.get(drawn(story, page)).status_code for page in pages} == {403}
    people.sign_in_words("editor", person.username, story=story)
    client.force_login(type(person).objects.get(pk=person.pk))
    assert {client.get(drawn(story, page)).status_code for page in pages} == {200}
    assert {client.get(drawn(other, page)).status_code for page in pages} == {403}
