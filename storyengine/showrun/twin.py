"""What a rehearsal plays with: a copy of the story, a performance of it, and people to run it.

Nothing here touches the author's story; what is left afterwards is an ended performance to look at.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from storyengine.errors import Refused
from storyengine.plot.copy import TWIN as TWIN
from storyengine.plot.copy import copy_story, delete_story
from storyengine.plot.models import Performance, Scene, Story, fresh_code
from storyengine.plot.sample import FIRST, load_samples
from storyengine.showrun import cycle, people

RULES = (
    "poll_seconds", "poll_kind", "min_choices", "max_choices", "results", "tie_rule", "tie_seconds", "empty_rule",
    "shift_rule", "late_rule", "late_seconds", "write_ahead", "directive", "words_min", "words_max",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """A stand-in's name and words for the sign-in page."""

    name: str
    words: str


def make_twin(slug: str, rules: Mapping[str, object], *, like: str = "", start: Scene | None = None) -> Performance:
    """Copy a story and make a performance of the copy.

    With `like`, the join code of a performance, its story and its rules are taken; `rules` win over them.
    `start` is the original's scene to begin from. Raises Refused: story.unknown, performance.unknown.
    """
    original = Performance.objects.select_related("story").filter(code=like).first() if like else None
    if like and original is None:
        raise Refused("performance.unknown", reason=f"no performance has the code {like}")
    story = original.story if original else find_story(slug)
    if story.start is None:
        raise Refused("story.invalid", reason=f"{story.slug} has no scene to start from")
    code = fresh_code()
    twin = copy_story(story, slug=f"{story.slug[:60]}{TWIN}{code}".lower())
    if start is not None:
        twin.start = twin.scenes.get(key=start.key)
        twin.save(update_fields=["start"])
    kept = {name: getattr(original, name) for name in RULES} if original else {}
    return Performance.objects.create(story=twin, code=code, **(kept | dict(rules)))


def find_story(slug: str) -> Story:
    """The story with this slug, or the sample; raises Refused("story.unknown")."""
    load_samples()
    story = Story.objects.filter(slug=slug or FIRST).first()
    if story is None:
        raise Refused("story.unknown", reason=f"no story has the slug {slug}")
    return story


@contextmanager
def stand_ins(performance: Performance) -> Iterator[dict[str, Person]]:
    """People who may sign in as editor and as showrunner until the rehearsal ends.

    Their names stay in the log of what they did; nobody can sign in with them again.
    """
    people.ensure_groups()
    made = {role: _make_person(role, performance.code) for role in people.CREW}
    try:
        yield made
    finally:
        for person in made.values():
            user = get_user_model().objects.get(username=person.name)
            user.set_unusable_password()
            user.is_active = False
            user.save(update_fields=["password", "is_active"])
            user.groups.clear()


def close_down(performance: Performance, *, by: str) -> None:
    """End what a rehearsal that broke off has left running, so that no guest and no writer waits for it."""
    performance.refresh_from_db()
    if performance.state == Performance.State.LIVE:
        cycle.end(performance.pk, by=get_user_model().objects.get(username=by))
    elif performance.state == Performance.State.DRAFT:
        performance.delete()
        delete_story(performance.story)


def _make_person(role: str, code: str) -> Person:
    person = Person(f"rehearsal-{role}-{code}".lower(), secrets.token_urlsafe(18))
    user = get_user_model().objects.create_user(person.name, password=person.words)
    user.groups.set(Group.objects.filter(name=role))
    return person
