"""The desk's pages: who may see them, what a stale save shows, and how much the lists ask of the database."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audience.models import Poll
from storyengine.editorial import review
from storyengine.editorial.models import Review, Revision
from storyengine.plot.branch import branch_to_json
from storyengine.plot.models import Performance
from tests.editorial.conftest import TEXT, on_the_desk, text_of
from tests.factories import GuestFactory, PerformanceFactory, make_performance, make_user

pytestmark = pytest.mark.django_db

TYPED = {
    "version": "1", "rest": "[]", "heading": "EXT. RIVER - DUSK", "kind": ["action", "dialogue"],
    "character": ["", "ODA"], "text": ["Rain, and <b>more</b> rain.", "Well."], "choice": ["Row", "Wait", ""],
    "summary": "It rains.",
}  # fmt: skip


@pytest.fixture
def desk(client: Client, editor) -> Client:  # type: ignore[no-untyped-def]
    client.force_login(editor)
    return client


def page(revision: Revision) -> str:
    return f"/desk/revisions/{revision.pk}/"


def pages(revision: Revision) -> list[tuple[str, str]]:
    return [
        ("get", "/desk/"),
        ("get", page(revision)),
        ("post", page(revision)),
        ("post", page(revision) + "approved/"),
        ("post", f"/desk/steps/{revision.step_id}/choices/{revision.choice_id}/write/"),
    ]


def test_stranger_is_led_to_the_sign_in(client: Client) -> None:
    for method, path in pages(on_the_desk()):
        response = getattr(client, method)(path)
        assert (response.status_code, response["Location"]) == (302, f"/sign-in/?next={path}")


def test_user_who_is_no_editor_is_refused(client: Client, guest_user) -> None:  # type: ignore[no-untyped-def]
    client.force_login(guest_user)
    revision = on_the_desk()
    for method, path in pages(revision):
        assert getattr(client, method)(path, TYPED).status_code == 403
    assert (Revision.objects.get().branch, Review.objects.count()) == (branch_to_json(TEXT), 0)


def test_save_keeps_what_was_typed(desk: Client, editor) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    response = desk.post(page(revision), TYPED)
    assert (response.status_code, response["Location"]) == (302, page(revision))
    revision.refresh_from_db()
    assert revision.branch["scenes"] == [
        {
            "heading": "EXT. RIVER - DUSK",
            "beats": [
                {"kind": "action", "text": "Rain, and <b>more</b> rain."},
                {"kind": "dialogue", "character": "ODA", "text": "Well."},
            ],
            "choices": ["Row", "Wait"],
            "summary": "It rains.",
        }
    ]
    assert (revision.version, revision.saved_by, revision.state) == (2, editor, "in_review")


def test_stale_save_is_refused_and_shows_the_typed_text_again(desk: Client, editor) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    review.save_revision(revision.pk, text_of("Somebody was first."), version=1, by=editor)
    response = desk.post(page(revision), TYPED)
    assert response.status_code == 409
    html = response.content.decode()
    assert "revision.stale" in html
    for kept in ("EXT. RIVER - DUSK", "Rain, and &lt;b&gt;more&lt;/b&gt; rain.", "Well.", "It rains."):
        assert kept in html
    revision.refresh_from_db()
    assert revision.branch == branch_to_json(text_of("Somebody was first."))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"heading": ""}, "branch.invalid"),
        ({"text": ["", ""]}, "branch.invalid"),
        ({"character": ["", ""]}, "branch.invalid"),
        ({"kind": ["song", "action"]}, "branch.invalid"),
        ({"text": ["x" * 2001, "y"]}, "branch.invalid"),
        ({"choice": ["Row", "row"]}, "branch.invalid"),
        ({"rest": '[{"heading": 1}]'}, "branch.invalid"),
        ({"version": "x"}, "request.invalid"),
        ({"version": "0"}, "request.invalid"),
    ],
)
def test_invalid_save_is_refused_and_shows_the_typed_text_again(desk: Client, wrong: dict, code: str) -> None:
    revision = on_the_desk()
    response = desk.post(page(revision), TYPED | wrong)
    assert response.status_code == 422
    assert code in response.content.decode()
    assert "It rains." in response.content.decode()
    revision.refresh_from_db()
    assert (revision.branch, revision.version) == (branch_to_json(TEXT), 1)


def test_save_and_approve_is_one_press(desk: Client) -> None:
    revision = on_the_desk()
    response = desk.post(page(revision), TYPED | {"approve": "1"})
    assert (response.status_code, response["Location"]) == (302, "/desk/")
    revision.refresh_from_db()
    assert (revision.state, revision.version, Review.objects.get().version) == ("approved", 2, 2)
    again = desk.post(page(revision), TYPED | {"approve": "1", "version": "2"})
    assert again.status_code == 302
    assert Review.objects.count() == 1


@pytest.mark.parametrize("state", ["released", "withdrawn", "rejected"])
def test_page_of_what_left_the_desk_can_be_read_and_not_saved(desk: Client, state: str) -> None:
    revision = on_the_desk(state=state)
    assert b"<fieldset disabled" in desk.get(page(revision)).content
    assert desk.post(page(revision), TYPED).status_code == 409
    assert Revision.objects.get().branch == branch_to_json(TEXT)


@pytest.mark.parametrize(
    ("verdict", "fields", "status", "code"),
    [
        ("approved", {"version": "2"}, 409, "revision.stale"),
        ("approved", {}, 422, "request.invalid"),
        ("changes", {"version": "1"}, 422, "review.note_missing"),
        ("changes", {"version": "1", "note": "x" * 501}, 422, "request.invalid"),
        ("changes", {"version": "1", "preset": "Anything"}, 422, "request.invalid"),
        ("burned", {"version": "1"}, 404, "request.not_found"),
    ],
)
def test_judge_refuses(desk: Client, verdict: str, fields: dict, status: int, code: str) -> None:
    response = desk.post(page(on_the_desk()) + f"{verdict}/", fields)
    assert response.status_code == status
    assert code in response.content.decode()
    assert Review.objects.count() == 0


def test_judge_asks_for_changes_with_preset_and_note(desk: Client) -> None:
    fields = {"version": "1", "preset": "tension", "note": "And fog."}
    assert desk.post(page(on_the_desk()) + "changes/", fields).status_code == 302
    assert Review.objects.get().note == "More tension: somebody wants something and is refused it. And fog."


@pytest.mark.parametrize("path", ["/desk/revisions/999999999999/", "/desk/revisions/99999999999999999999999/"])
def test_unknown_revision_is_not_found(desk: Client, path: str) -> None:
    assert desk.get(path).status_code == 404
    assert desk.post(path + "approved/", {"version": "1"}).status_code == 404


def test_write_by_hand_leads_to_the_empty_page(desk: Client) -> None:
    revision = on_the_desk()
    response = desk.post(f"/desk/steps/{revision.step_id}/choices/{revision.choice_id}/write/")
    made = Revision.objects.latest("id")
    assert (response.status_code, response["Location"]) == (302, page(made))
    assert desk.get(page(made)).status_code == 200


# ------------------------------------------------------------------ lists


def queries(client: Client, path: str, **headers: str) -> int:
    client.get(path, **headers)  # what is asked once (session, permissions, language) is asked in both
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, **headers).status_code == 200
    return len(captured)


def add_waiting(number: int) -> None:
    for _ in range(number):
        revision = on_the_desk(make_performance(state=Performance.State.LIVE))
        now = revision.created_at
        Poll.objects.create(
            performance=revision.performance,
            step=revision.step,
            question="?",
            opened_at=now,
            closes_at=now.replace(year=2099),
        )


@pytest.mark.parametrize("headers", [{}, {"HTTP_HX_REQUEST": "true"}])
def test_queue_asks_the_same_for_5_and_50_rows(desk: Client, headers: dict) -> None:
    add_waiting(5)
    few = queries(desk, "/desk/", **headers)
    add_waiting(45)
    assert queries(desk, "/desk/", **headers) == few
    assert desk.get("/desk/", **headers).content.decode().count("<tr data-row") == 50


def test_console_asks_the_same_for_5_and_50_rows(client: Client) -> None:
    client.force_login(make_user("showrunner"))
    story = make_performance().story

    def add(number: int) -> None:
        for _ in range(number):
            GuestFactory(performance=PerformanceFactory(story=story))

    add(4)
    few = queries(client, "/console/")
    add(45)
    assert queries(client, "/console/") == few
    assert client.get("/console/").content.decode().count('<td role="cell"><code>') == 50
