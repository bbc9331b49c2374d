"""From another tool's file to a script: a Twine story is played, an open end is written, the path is exported."""

from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audience.models import Ballot, Poll
from storyengine.editorial import review
from storyengine.editorial.models import Revision
from storyengine.generation.draft import write_draft
from storyengine.generation.models import Draft
from storyengine.plot.models import Performance, Story
from storyengine.plot.path import current_step
from storyengine.showrun import cycle
from tests.factories import GuestFactory, make_user

pytestmark = pytest.mark.django_db(transaction=True)
TWINE = """:: StoryTitle
The Weir

:: StoryData
{"ifid": "D674C58C-DEFA-4F70-B7A2-27742230C0FC", "format": "Harlowe", "format-version": "3.3.9", "start": "Landing"}

:: Landing
Fog lies on the river.
ODA: Nobody crosses for free.

[[Row to the weir->Weir]]
[[Wait->Landing]]

:: Weir
The water roars.
BRAM: Hold on to the rope.

[[Cut the rope->Nowhere yet]]
[[Turn back->Landing]]
"""


def vote(client: Client, performance: Performance, label: str) -> None:
    """One guest's ballot, and the poll closed by the showrunner's button."""
    poll = Poll.objects.get(performance=performance, state="open")
    choice = poll.offers.get(label=label).choice
    guest = GuestFactory(performance=performance)
    Ballot.objects.create(poll=poll, guest=guest, choices=[choice.pk], cast_at=poll.opened_at)
    assert client.post(reverse("command", args=[performance.code, "close"])).status_code == 302


def test_a_twine_story_is_played_on_where_it_ends_and_goes_out_as_final_draft(client: Client) -> None:
    client.force_login(make_user("showrunner"))
    answer = client.post(reverse("import_story"), {"file": SimpleUploadedFile("weir.twee", TWINE.encode())})
    assert answer.status_code == 201
    story = Story.objects.get()
    performance = Performance.objects.create(story=story, write_ahead=False)
    client.post(reverse("command", args=[performance.code, "start"]))
    vote(client, performance, "Row to the weir")
    vote(client, performance, "Cut the rope")

    draft = Draft.objects.get(brief__performance=performance, brief__choice__label="Cut the rope")
    while Revision.objects.filter(draft=draft).first() is None:
        assert write_draft(draft.pk), f"the writer gave up: {draft.error_reason}"
        draft.refresh_from_db()
    revision = Revision.objects.get(draft=draft)
    editor = make_user("editor", "ada")
    review.approve(revision.pk, version=revision.version, by=editor)
    cycle.advance(performance.pk)
    step = current_step(performance)
    assert (step.position, step.scene.origin) == (3, "written")

    client.post(reverse("command", args=[performance.code, "end"]))
    script = client.get(reverse("script", args=[performance.code, "fdx"]) + "?choices=on&approvals=on")
    root = ElementTree.fromstring(script.content)  # noqa: S314 our own file
    found = [
        (paragraph.get("Type"), "".join(text.text or "" for text in paragraph.findall("Text")))
        for paragraph in root.find("Content").findall("Paragraph")
    ]
    assert [words for kind, words in found if kind == "Scene Heading"] == [
        scene.heading for scene in (story.start, story.scenes.get(name="Weir"), step.scene)
    ]
    for line in (
        ("Action", "Fog lies on the river."), ("Character", "ODA"), ("Dialogue", "Nobody crosses for free."),
        ("Character", "BRAM"), ("Dialogue", "Hold on to the rope."),
    ):  # fmt: skip
        assert line in found
    written = [beat.text for beat in step.scene.beats.all() if beat.kind == "action"]
    assert written
    assert set(written) <= {words for _, words in found}
    notes = " ".join(script.content.decode().split())
    assert "Cut the rope (1 vote)" in notes
    assert "Approved by ada." in notes
