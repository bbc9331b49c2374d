"""Rows for tests, made the way the product makes them where it has a verb for it."""

from datetime import timedelta
from functools import cache

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.contrib.auth.models import Group
from django.db.models.functions import Now

from audience.ballots import REMEMBERED, print_of
from audience.commands import BallotCast
from audience.models import Guest, Poll
from storyengine.generation.draft import claim_draft
from storyengine.generation.models import Draft
from storyengine.plot.models import Beat, Character, Choice, Performance, Place, Scene, Story
from storyengine.showrun import people


class StoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Story

    slug = factory.Sequence(lambda n: f"story-{n}")
    title = "The Ferry"
    logline = "A ferryman must choose whom to carry."
    tone = "dry, warm"
    rules = ["The river is wide."]


class CharacterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Character

    story = factory.SubFactory(StoryFactory)
    name = factory.Sequence(lambda n: f"NAME {chr(65 + n % 26)}")
    description = "The ferryman, 50, counts everything."
    voice = "Short sentences."


class PlaceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Place

    story = factory.SubFactory(StoryFactory)
    name = factory.Sequence(lambda n: f"THE LANDING {n}")


class SceneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Scene

    story = factory.SubFactory(StoryFactory)
    key = factory.Sequence(lambda n: f"scene-{n}")
    heading = "EXT. THE LANDING - DAWN"
    summary = "The ferry waits."
    question = "Who crosses?"


class BeatFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Beat

    scene = factory.SubFactory(SceneFactory)
    position = factory.Sequence(lambda n: n + 1)
    kind = "action"
    text = "Fog lies on the river."


class ChoiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Choice

    scene = factory.SubFactory(SceneFactory)
    position = factory.Sequence(lambda n: n + 1)
    label = factory.Sequence(lambda n: f"Take passenger {n}")


class PerformanceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Performance

    story = factory.SubFactory(StoryFactory)


class GuestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Guest

    performance = factory.SubFactory(PerformanceFactory)


def make_story() -> Story:
    """A start scene with one authored choice (to an ending) and two open ones; two characters, a place."""
    story = StoryFactory()
    CharacterFactory(story=story, name="ODA")
    CharacterFactory(story=story, name="BRAM")
    PlaceFactory(story=story, name="THE LANDING")
    start = SceneFactory(story=story, key="start")
    far = SceneFactory(story=story, key="far-bank", heading="EXT. THE FAR BANK - DAY", is_ending=True)
    for scene in (start, far):
        BeatFactory(scene=scene, position=1)
        BeatFactory(scene=scene, position=2, kind="dialogue", character="ODA", text="Nobody crosses for free.")
    ChoiceFactory(scene=start, position=1, label="Carry the widow", to_scene=far)
    ChoiceFactory(scene=start, position=2, label="Carry the thief")
    ChoiceFactory(scene=start, position=3, label="Burn the ferry")
    story.start = start
    story.save()
    return story


def make_performance(**rules: object) -> Performance:
    return PerformanceFactory(story=make_story(), **rules)


def cast_row(poll: Poll, guest: int, command: BallotCast, *, receipt: int, writer: int = 1) -> dict[str, object]:
    """A batch of one for ballots.CAST, as the writer of a web process builds it."""
    columns = {
        "n": 0, "poll": command.poll, "choices": f"{{{','.join(map(str, command.choices))}}}", "guest": guest,
        "performance": poll.performance_id, "seq": command.seq, "print": print_of(command), "receipt": receipt,
    }  # fmt: skip
    return {name: [value] for name, value in columns.items()} | {"writer": writer, "remembered": REMEMBERED}


@cache
def hashed(password: str | None) -> str:
    """As the product stores it (nobody's, for None); made once, since that is slow on purpose."""
    return PBKDF2PasswordHasher().encode(password, "salt-of-the-tests") if password else make_password(None)


def make_user(role: str, name: str = "", *, password: str = "amber-anchor-apple-arrow"):  # type: ignore[no-untyped-def]
    """A person of one group, with that group's permissions."""
    people.ensure_groups()
    user = get_user_model().objects.create(username=name or role, password=hashed(password))
    user.groups.add(Group.objects.get(name=role))
    return user


def take_over(draft: Draft) -> Draft:
    """Claim the draft, if need be from the running stack's own writer, which was quicker: its answer is refused."""
    claimed = claim_draft(draft.pk)
    if claimed is None:
        Draft.objects.running().filter(pk=draft.pk).update(lease_until=Now() - timedelta(seconds=1))
        claimed = claim_draft(draft.pk)
    assert claimed is not None, f"the draft is {Draft.objects.get(pk=draft.pk).state}"
    return claimed


def answer_json(label: str = "Ask the river", text: str = "ODA ties the rope.") -> str:
    """A model's answer, as text, that parses."""
    import json

    return json.dumps(
        {
            "plan": {
                "wants": [{"who": "ODA", "want": "to be paid"}],
                "beats": ["BRAM offers what he has", "ODA must choose"],
                "change": "BRAM owes ODA",
            },
            "choices": [label, "Take the key", "Push off alone"],
            "heading": "EXT. THE LANDING - DAY",
            "beats": [
                {"kind": "action", "text": text},
                {"kind": "dialogue", "character": "ODA", "text": "You owe me for the last time."},
                {"kind": "action", "text": "The thief empties a pocket: one button, one key."},
                {"kind": "dialogue", "character": "BRAM", "text": "Then take the key."},
            ],
            "summary": "The thief offers a key.",
        }
    )
