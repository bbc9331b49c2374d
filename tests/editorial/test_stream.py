"""The desk's window on the writers: who may look through it, and what is seen by one who comes in the middle."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.test import AsyncClient, Client

from storyengine.editorial import review, stream
from storyengine.editorial.models import Revision, StoryRole
from storyengine.errors import Refused
from storyengine.generation.brief import context_of, make_brief
from storyengine.generation.draft import claim_draft, store_answer
from storyengine.generation.models import Draft
from storyengine.generation.progress import Progress
from storyengine.generation.rank import rank_answers
from storyengine.generation.writer import Answer, Heard
from storyengine.plot.path import enter
from storyengine.showrun import people
from tests.factories import answer_json, make_performance

pytestmark = pytest.mark.django_db(transaction=True)


def running() -> Draft:
    performance = make_performance(state="live")
    step = enter(performance, performance.story.start, choice=None)
    draft = make_brief(step, step.scene.choices.get(label="Carry the thief"), reason="ahead").draft
    claimed = claim_draft(draft.pk)
    assert claimed is not None
    return claimed


def message_of(event: str) -> dict[str, Any]:
    return json.loads(event.partition("data: ")[2])


async def read(events: AsyncIterator[str], until: str) -> list[dict[str, Any]]:
    """Messages up to and with the first of this type."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        async for event in events:
            if event.startswith("event: "):
                found.append(message_of(event))
                if found[-1]["type"] == until:
                    return found
    return found


@pytest.fixture
def in_the_middle() -> Iterator[Progress]:
    """A draft of which some has been written already."""
    progress = Progress(running())
    progress.begin()
    progress.hear(Heard(('{"heading":"EXT', "{"), 5, 100))
    yield progress
    progress.end("")


async def test_who_comes_in_the_middle_gets_all_of_it_and_then_the_rest(in_the_middle: Progress, editor) -> None:  # type: ignore[no-untyped-def]
    events = stream.events(editor.pk)
    state, ready = await read(events, "desk.ready")
    assert (state["type"], state["texts"]) == ("draft.state", ['{"heading":"EXT', "{"])
    assert (state["choice"], state["tokens"], state["budget"]) == ("Carry the thief", 5, 100)
    assert ready["drafts"] == [in_the_middle.draft.pk]
    await asyncio.to_thread(in_the_middle.hear, Heard(('{"heading":"EXT. LANDING', "{"), 9, 100))
    (news,) = await read(events, "draft.delta")
    assert news["added"] == [[0, 15, ". LANDING"]]
    assert news["seq"] == state["seq"] + 1
    await asyncio.to_thread(in_the_middle.end, "writer.stopped")
    (end,) = await read(events, "draft.ended")
    assert (end["draft"], end["code"]) == (in_the_middle.draft.pk, "writer.stopped")
    await events.aclose()


async def test_several_editors_see_the_same(in_the_middle: Progress, editor) -> None:  # type: ignore[no-untyped-def]
    editors = [stream.events(editor.pk) for _ in range(3)]
    first = [await read(events, "desk.ready") for events in editors]
    assert first[0] == first[1] == first[2]
    await asyncio.to_thread(in_the_middle.hear, Heard(('{"heading":"EXT.', "{"), 6, 100))
    rest = [await read(events, "draft.delta") for events in editors]
    assert rest[0] == rest[1] == rest[2]
    for events in editors:
        await events.aclose()


async def test_who_is_no_editor_any_more_is_shown_out(in_the_middle: Progress, monkeypatch, guest_user) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(stream, "ROLL_CALL_S", 0.05)
    told = await read(stream.events(guest_user.pk), "error")
    assert [message["type"] for message in told] == ["desk.ready", "error"]
    assert (told[0]["drafts"], told[1]["code"]) == ([], "request.forbidden")


async def test_editor_of_one_story_sees_nothing_of_another(in_the_middle: Progress, guest_user) -> None:  # type: ignore[no-untyped-def]
    other = await sync_to_async(make_performance)(state="live")
    await sync_to_async(people.ensure_groups)()
    group = await Group.objects.aget(name="editor")
    await StoryRole.objects.acreate(user=guest_user, story=other.story, group=group)
    (ready,) = await read(stream.events(guest_user.pk), "desk.ready")
    assert ready["drafts"] == []


async def test_redis_that_is_away_is_said(settings, editor) -> None:  # type: ignore[no-untyped-def]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    (message,) = await read(stream.events(editor.pk), "error")
    assert message["code"] == "server.busy"


async def test_stream_is_for_editors(in_the_middle: Progress, editor, guest_user) -> None:  # type: ignore[no-untyped-def]
    client = AsyncClient()
    for user in (None, guest_user):
        if user:
            await client.aforce_login(user)
        answer = await client.get("/desk/writing/")
        assert (answer.status_code, answer.json()["code"]) == (403, "request.forbidden")
        assert b"heading" not in answer.content
    await client.aforce_login(editor)
    answer = await client.get("/desk/writing/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    pieces = (piece.decode() async for piece in answer.streaming_content)
    assert (await read(pieces, "draft.state"))[0]["choice"] == "Carry the thief"
    await pieces.aclose()


# ---------------------------------------------------------------- stop, and the other candidates


def test_editor_stops_the_writer(client: Client, editor, guest_user) -> None:  # type: ignore[no-untyped-def]
    draft = running()
    client.force_login(guest_user)
    assert client.post(f"/desk/drafts/{draft.pk}/stop/").status_code == 403
    client.force_login(editor)
    assert client.get(f"/desk/drafts/{draft.pk}/stop/").status_code == 405
    assert client.post(f"/desk/drafts/{draft.pk}/stop/").status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.error_code, draft.error_reason) == ("failed", "writer.stopped", "editor")
    again = client.post(f"/desk/drafts/{draft.pk}/stop/")
    assert (again.status_code, b"draft.state" in again.content) == (409, True)


def written(remark: str = "") -> Revision:
    """A draft of three candidates on the desk, the last of which nobody can read."""
    draft = running()
    texts = (answer_json(text="The thief carries a lamp."), answer_json(text="Fog."), "{")
    answer = Answer(texts[0], "hand", 5, 10, 20, 0.5, others=texts[1:], remark=remark)
    assert store_answer(draft, answer, rank_answers(texts, context_of(draft.brief)))
    return Revision.objects.get(draft=draft)


def test_page_shows_the_candidates_with_their_reasons(client: Client, editor) -> None:  # type: ignore[no-untyped-def]
    revision = written()
    client.force_login(editor)
    html = client.get(f"/desk/revisions/{revision.pk}/").content.decode()
    assert html.count("data-candidate=") == 3
    assert "Speaks of all that was chosen." in html
    assert "The thief carries a lamp.</blockquote>" in html
    assert "not one JSON object" in html
    assert html.count("Take this one") == 1  # not the one in the text, and not the one that cannot be read


def test_page_says_what_explains_a_draft_in_the_readers_language(client: Client, editor) -> None:  # type: ignore[no-untyped-def]
    revision = written("out of memory: 4 at once instead of 8")
    client.force_login(editor)
    page = client.get(f"/desk/revisions/{revision.pk}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    for words in ("不是一个 JSON 对象", "写到了所选的全部内容。", "内存不够：同时写 4 个，而不是 8 个"):
        assert words in page
    for words in ("not one JSON object", "Speaks of", "answer.no_json", "at once"):
        assert words not in page


def test_another_candidate_takes_the_place_of_the_text(client: Client, editor) -> None:  # type: ignore[no-untyped-def]
    revision = written()
    client.force_login(editor)
    second = revision.draft.candidates.get(place=2)
    response = client.post(f"/desk/revisions/{revision.pk}/candidates/{second.pk}/", {"version": 1})
    assert response.status_code == 302
    revision.refresh_from_db()
    assert (revision.version, revision.branch["scenes"][0]["beats"][0]["text"]) == (2, "Fog.")
    assert revision.draft.text != second.text  # the draft stays what it was
    stale = client.post(f"/desk/revisions/{revision.pk}/candidates/{second.pk}/", {"version": 1})
    assert (stale.status_code, b"revision.stale" in stale.content) == (409, True)


def test_candidates_of_other_drafts_and_unreadable_ones_are_refused(editor) -> None:  # type: ignore[no-untyped-def]
    one, other = written(), written()
    for candidate, code in (
        (other.draft.candidates.first(), "request.not_found"),
        (one.draft.candidates.get(place=3), "writer.answer_invalid"),
    ):
        with pytest.raises(Refused) as refused:
            review.take_candidate(one.pk, candidate.pk, version=1, by=editor)
        assert refused.value.code == code
    one.refresh_from_db()
    assert one.version == 1
