"""The desk's further pages: the queue at 1,000 revisions and unchanged, what is kept, compared, exported, set."""

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audience.models import Ballot, Poll
from storyengine.editorial import review, scratch
from storyengine.editorial.findings import blocking
from storyengine.editorial.models import AuditEntry, CheckProfile, DeskRules, Revision, Scratch
from storyengine.editorial.queue import PER_PAGE, queue_of, standing
from storyengine.plot.branch import branch_to_json
from storyengine.plot.models import Performance
from tests.editorial.conftest import TEXT, on_the_desk, text_of
from tests.editorial.test_views import TYPED, add_waiting
from tests.factories import GuestFactory, make_performance, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():  # type: ignore[no-untyped-def]
    return make_user("lead editor", "lead")


@pytest.fixture
def desk(client: Client, lead) -> Client:  # type: ignore[no-untyped-def]
    client.force_login(lead)
    return client


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# ------------------------------------------------------------------ queue


@pytest.mark.parametrize("path", ["/desk/", "/desk/?show=done", "/desk/audit/"])
def test_list_pages_ask_the_same_at_1000_revisions(desk: Client, path: str) -> None:
    add_waiting(3)
    one = Revision.objects.first()
    assert one is not None
    review.note(one, "saved", None, text=one.branch)
    values = {"performance": one.performance, "step": one.step, "choice": one.choice, "branch": one.branch}
    states = ["in_review", "approved", "released", "rejected"]
    Revision.objects.bulk_create(Revision(**values, state=state) for state in states)
    few = queries(desk, path)
    Revision.objects.bulk_create(Revision(**values, state=states[n % 4]) for n in range(993))
    AuditEntry.objects.bulk_create(AuditEntry(action="saved", revision=one.pk, version=n) for n in range(997))
    assert queries(desk, path) == few
    assert desk.get(path).content.decode().count("<tr") <= 1 + 2 * PER_PAGE


def test_queue_is_by_deadline_and_within_a_poll_by_votes(lead) -> None:  # type: ignore[no-untyped-def]
    late, soon = (on_the_desk(make_performance(state=Performance.State.LIVE)) for _ in range(2))
    for revision, year in ((late, 2099), (soon, 2098)):
        poll = Poll.objects.create(
            performance=revision.performance, step=revision.step, question="?", opened_at=revision.created_at,
            closes_at=revision.created_at.replace(year=year),
        )  # fmt: skip
    other = soon.step.scene.choices.get(label="Burn the ferry")
    ahead = Revision.objects.create(
        performance=soon.performance, step=soon.step, choice=other, branch=branch_to_json(TEXT)
    )
    poll = soon.step.poll
    for picks in ([other.pk], [other.pk], [soon.choice_id]):
        guest = GuestFactory(performance=soon.performance)
        Ballot.objects.create(poll=poll, guest=guest, choices=picks, cast_at=poll.opened_at)
    rows = queue_of(lead).rows
    assert [row.revision for row in rows] == [ahead, soon, late]
    assert [(row.votes, row.share, row.standing) for row in rows] == [(2, 67, "leads"), (1, 33, ""), (0, None, "")]


def test_votes_of_a_ranked_poll_are_first_preferences_and_banned_guests_have_none(lead) -> None:  # type: ignore[no-untyped-def]
    add_waiting(1)
    poll = Poll.objects.get()
    first, second = poll.step.scene.choices.values_list("pk", flat=True)[:2]
    for banned in (None, poll.opened_at):
        guest = GuestFactory(performance=poll.performance, banned_at=banned)
        Ballot.objects.create(poll=poll, guest=guest, choices=[first, second], cast_at=poll.opened_at)
    assert standing([poll.pk]) == {poll.pk: {first: 1, second: 1}}
    Poll.objects.update(kind="ranked")
    assert standing([poll.pk]) == {poll.pk: {first: 1}}


def test_queue_that_did_not_change_is_not_sent_again(desk: Client) -> None:
    add_waiting(2)
    first = desk.get("/desk/", headers={"HX-Request": "true"})
    again = desk.get("/desk/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    add_waiting(1)
    changed = desk.get("/desk/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_tabs_are_counted_again_with_the_list(desk: Client) -> None:
    revision = on_the_desk()
    etag = desk.get("/desk/", headers={"HX-Request": "true"})["ETag"]
    Revision.objects.filter(pk=revision.pk).update(state="approved")
    asks = {"HX-Request": "true", "If-None-Match": etag}
    again = desk.get("/desk/?show=sent_back", headers=asks).content.decode()
    counts = dict(re.findall(r'id="count-(\w+)" hx-swap-oob="true">(\d+)<', again))
    assert counts == {"waiting": "0", "approved": "1", "sent_back": "0", "done": "0"}


def test_queue_filters_by_story_and_takes_no_nonsense(desk: Client) -> None:
    add_waiting(2)
    story = Revision.objects.latest("id").performance.story
    assert desk.get(f"/desk/?story={story.pk}").content.count(b"<tr data-row") == 1
    for query in ("?story=x", "?page=999", "?page=x", "?show=x", "?story=99999999999999"):
        assert desk.get(f"/desk/{query}").status_code == 200


def test_reading_pane_shows_the_text_its_version_and_the_marked_words(desk: Client) -> None:
    revision = on_the_desk()
    Revision.objects.filter(pk=revision.pk).update(branch=branch_to_json(text_of("A <gun> & a rope.")))
    page = desk.get(f"/desk/revisions/{revision.pk}/reading/").content.decode()
    assert f'data-shown="{revision.pk}" data-version="1"' in page
    assert '&lt;<mark data-level="warn"' in page
    assert page.count("&amp; a rope.") == 1


def test_hold_by_its_buttons(desk: Client, lead) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    assert desk.post(f"/desk/revisions/{revision.pk}/hold/claim/").status_code == 302
    assert b"You hold it." in desk.get(f"/desk/revisions/{revision.pk}/reading/").content
    assert desk.post(f"/desk/revisions/{revision.pk}/hold/hand-over/", {"to": "nobody"}).status_code == 422
    assert desk.post(f"/desk/revisions/{revision.pk}/hold/let-go/").status_code == 302
    assert desk.post(f"/desk/revisions/{revision.pk}/hold/eat/").status_code == 404


# ------------------------------------------------------------------ what is typed


def test_what_is_typed_is_kept_and_is_there_again_for_that_editor_alone(desk: Client, client: Client) -> None:
    revision = on_the_desk()
    kept = desk.post(f"/desk/revisions/{revision.pk}/keep/", TYPED | {"text": ["Half a sent", "\x00"]})
    assert (kept.status_code, b"data-kept=" in kept.content, b'data-stale="no"' in kept.content) == (200, True, True)
    assert b"Half a sent" in desk.get(f"/desk/revisions/{revision.pk}/").content
    other = Client()
    other.force_login(make_user("editor", "other"))
    assert b"Half a sent" not in other.get(f"/desk/revisions/{revision.pk}/").content
    assert Revision.objects.get().branch == branch_to_json(TEXT)
    desk.post(f"/desk/revisions/{revision.pk}/discard/")
    assert Scratch.objects.count() == 0


def test_keeping_tells_of_a_save_in_between_and_saving_clears_it(desk: Client, editor) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    review.save_revision(revision.pk, text_of("Mine."), version=1, by=editor)
    assert b'data-stale="yes"' in desk.post(f"/desk/revisions/{revision.pk}/keep/", TYPED).content
    assert desk.post(f"/desk/revisions/{revision.pk}/", TYPED | {"version": "2"}).status_code == 302
    assert Scratch.objects.count() == 0


@pytest.mark.parametrize(("fields", "status"), [({"version": "x"}, 422), ({"summary": "x" * 200_001}, 422)])
def test_nonsense_is_not_kept(desk: Client, fields: dict, status: int) -> None:
    assert desk.post(f"/desk/revisions/{on_the_desk().pk}/keep/", TYPED | fields).status_code == status
    assert Scratch.objects.count() == 0


def test_nothing_is_kept_for_what_left_the_desk(desk: Client, lead) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk(state="withdrawn")
    assert desk.post(f"/desk/revisions/{revision.pk}/keep/", TYPED).status_code == 409
    assert scratch.kept_by(revision, lead) is None


def test_difference_is_against_the_version_before(desk: Client, editor) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    review.note(revision, "opened", None, text=revision.branch)
    review.save_revision(revision.pk, text_of("Thick fog."), version=1, by=editor)
    page = desk.post(f"/desk/revisions/{revision.pk}/difference/last/", TYPED | {"heading": "EXT. RIVER - DAY"})
    assert b"<del>" in page.content
    nothing = desk.post(f"/desk/revisions/{revision.pk}/difference/draft/", TYPED)
    assert b"no earlier text" in nothing.content


def test_overrule_by_its_form(desk: Client) -> None:
    revision = on_the_desk()
    Revision.objects.update(branch=branch_to_json(text_of("You retard.")))
    (found,) = blocking(Revision.objects.get())
    path = f"/desk/revisions/{revision.pk}/overrule/"
    assert desk.post(path, {"finding": found.key, "reason": ""}).status_code == 422
    assert desk.post(path, {"finding": found.key, "reason": "A period play; it is answered."}).status_code == 302
    assert b"A period play" in desk.get(f"/desk/revisions/{revision.pk}/").content


def test_verdict_with_what_is_typed_is_one_press(desk: Client) -> None:
    revision = on_the_desk()
    sent = TYPED | {"changes": "1", "note": "Colder.", "preset": "angrier", "who": "ODA", "reasons": ["voice"],
                    "first": "1", "last": "2"}  # fmt: skip
    assert desk.post(f"/desk/revisions/{revision.pk}/", sent).status_code == 302
    verdict = revision.reviews.get()
    assert (verdict.note, verdict.reasons, verdict.selection) == ("Make ODA angrier. Colder.", ["voice"], [1, 2])
    assert verdict.branch["scenes"][0]["heading"] == "EXT. RIVER - DUSK"


# ------------------------------------------------------------------ records


def test_audit_log_is_read_and_taken_home(desk: Client, editor) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    review.reject(revision.pk, version=1, by=editor, note="=1+1", reasons=["dull"])
    assert b"=1+1" in desk.get("/desk/audit/").content
    (line,) = desk.get("/desk/audit.jsonl").content.decode().splitlines()
    assert (json.loads(line)["why"], json.loads(line)["text"]) == ("=1+1", branch_to_json(TEXT))
    assert ",'=1+1," in desk.get("/desk/audit.csv").content.decode()
    assert desk.get("/desk/audit.exe").status_code == 404


def test_profile_is_set_on_its_page_and_written_down(desk: Client) -> None:
    story = on_the_desk().performance.story
    path = f"/desk/profiles/{story.slug}/"
    sent = {"slot_words": "200", "reading_grade": "6", "level_brands": "block", "own_words": "Macbeth\n\nMacbeth",
            "own_names": "Jane Roe", "allowed": "blood", "territories": ["fsk", "hk"]}  # fmt: skip
    assert desk.post(path, sent).status_code == 302
    row = CheckProfile.objects.get()
    assert (row.levels, row.allowed_words, row.territories) == ({"brands": "block"}, ["blood"], ["fsk", "hk"])
    assert row.extra_words == {"own_words": ["Macbeth"], "public_figures": ["Jane Roe"]}
    assert AuditEntry.objects.get().action == "profile_set"
    assert desk.post(path, sent | {"level_brands": "explode"}).status_code == 422
    assert b"Macbeth" in desk.get(path).content


def test_unread_switch_is_told_on_the_desk(desk: Client, lead) -> None:  # type: ignore[no-untyped-def]
    add_waiting(1)
    DeskRules.objects.create(performance=Performance.objects.get(), unread_by=lead)
    assert b"goes out <strong>unread</strong>" in desk.get("/desk/").content
