"""The showrunner's word to the writer: how long, and that it ends here; and what to fall back on."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from storyengine.editorial import review
from storyengine.editorial.models import Revision
from storyengine.errors import Refused
from storyengine.generation.brief import context_of
from storyengine.generation.models import Brief, Draft
from storyengine.generation.parse import answer_schema
from storyengine.generation.prompt import messages
from storyengine.generation.rank import rank_answers
from storyengine.plot.models import Performance
from storyengine.plot.path import current_step
from storyengine.showrun import cycle, direction
from storyengine.showrun.forms import PerformanceForm
from storyengine.showrun.models import Fallback
from tests.factories import answer_json, make_performance, make_story
from tests.showrun.test_cycle import choice, draft_for, pass_deadline, started, vote, write
from tests.showrun.test_deadline import wait_over

pytestmark = pytest.mark.django_db(transaction=True)
ENDING = json.dumps(json.loads(answer_json()) | {"choices": []})


def place(performance: Performance) -> tuple[int, str]:
    step = current_step(performance)
    assert step is not None
    return step.position, step.scene.key


def wanted(performance: Performance) -> list[tuple[str, int]]:
    """Which choices are being written now, and on how many choices each is to end."""
    waiting = Draft.objects.unfinished().filter(brief__performance=performance)
    return sorted(waiting.values_list("brief__choice__label", "brief__context__choices"))


# ------------------------------------------------------------------ the ending


def test_ending_is_asked_for_written_released_and_ends_the_story(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    direction.direct(performance.pk, directive="End it.", ends=True, by=showrunner)
    context = context_of(draft_for(performance, "Carry the thief").brief)
    assert (context.choices, context.directive) == (0, "End it.")
    assert "Choices: 0\nDirective: End it.\n" in messages(context)[1]["content"]
    assert answer_schema(context)["properties"]["choices"]["maxItems"] == 0
    assert rank_answers([ENDING], context)[0].fault == ""
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    write(draft_for(performance, "Carry the thief"), ENDING)
    review.approve(Revision.objects.get().pk, version=1, by=editor)
    step = current_step(performance)
    assert step is not None
    assert (step.position, step.scene.is_ending, step.scene.choices.count()) == (2, True, 0)
    assert not hasattr(step, "poll")
    cycle.end(performance.pk, by=showrunner)
    performance.refresh_from_db()
    assert performance.state == Performance.State.ENDED


def test_ending_puts_aside_what_leads_on_and_taking_it_back_puts_endings_aside(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    write(draft_for(performance, "Carry the thief"))
    review.approve(Revision.objects.get().pk, version=1, by=editor)
    direction.direct(performance.pk, directive="", ends=True, by=showrunner)
    assert Revision.objects.get().state == Revision.State.WITHDRAWN
    assert wanted(performance) == [("Burn the ferry", 0), ("Carry the thief", 0)]
    direction.direct(performance.pk, directive="Slowly.", ends=True, by=showrunner)
    assert Brief.objects.filter(performance=performance).count() == 4  # the same again asks for nothing anew
    direction.direct(performance.pk, directive="", ends=False, by=showrunner)
    assert wanted(performance) == [("Burn the ferry", 3), ("Carry the thief", 3)]
    logged = performance.log.filter(event="directive.set").order_by("id").values_list("detail", flat=True)
    assert [one["ends"] for one in logged] == [True, True, False]


def test_ending_while_the_audience_waits_has_the_winner_written_anew(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    direction.direct(performance.pk, directive="", ends=True, by=showrunner)
    assert wanted(performance) == [("Carry the thief", 0)]
    assert draft_for(performance, "Carry the thief").brief.reason == "final"


def test_ending_leaves_what_an_editor_began_by_hand(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, write_ahead=False)
    performance.refresh_from_db()
    step = current_step(performance)
    assert step is not None
    own = review.write_by_hand(step, choice(performance, "Carry the thief"), by=editor)
    direction.direct(performance.pk, directive="", ends=True, by=showrunner)
    own.refresh_from_db()
    assert own.state == Revision.State.DRAFTED


# ------------------------------------------------------------------ the length


def test_length_of_a_scene_reaches_the_prompt_and_the_check(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, words_min=40, words_max=60, write_ahead=False)
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    context = context_of(draft_for(performance, "Carry the thief").brief)
    assert "Words: 40 to 60\n" in messages(context)[1]["content"]
    (ranked,) = rank_answers([answer_json()], context)
    check = next(check for check in ranked.checks if check.name == "length")
    assert (check.values["least"], check.values["most"]) == (40, 60)
    other = started(showrunner)
    assert context_of(draft_for(other, "Carry the thief").brief).words == (120, 220)


def test_length_is_set_on_the_console_and_holds_for_the_next_brief(showrunner, client: Client) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, write_ahead=False)
    client.force_login(showrunner)
    page = f"/console/{performance.code}/"
    sent = {"directive": "Fog.", "words_min": "60", "words_max": "90", "ends": "on"}
    assert client.post(f"{page}direct/", sent).status_code == 302
    performance.refresh_from_db()
    told = (performance.directive, performance.words_min, performance.words_max, performance.ends_next)
    assert told == ("Fog.", 60, 90, True)
    html = client.get(page).content.decode()
    assert 'name="words_min" type="number" min="40" max="400" required value="60"' in html
    assert "The next scene that is written ends the story." in html
    assert client.post(f"{page}direct/", sent | {"words_min": "91"}).status_code == 422


@pytest.mark.parametrize("words", [(39, 100), (100, 401), (200, 199)])
def test_length_out_of_bounds_is_refused_everywhere(showrunner, words: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, write_ahead=False)
    with pytest.raises(Refused) as refused:
        direction.direct(performance.pk, directive="", ends=False, words=words, by=showrunner)
    assert refused.value.code == "request.invalid"
    with pytest.raises(IntegrityError), transaction.atomic():
        Performance.objects.filter(pk=performance.pk).update(words_min=words[0], words_max=words[1])
    form = PerformanceForm({
        "story": make_story().pk, "poll_seconds": 60, "poll_kind": "single", "min_choices": 1, "max_choices": 1,
        "results": "live", "tie_rule": "earliest", "tie_seconds": 60, "empty_rule": "first", "shift_rule": "stand",
        "late_rule": "hold", "late_seconds": 120, "words_min": words[0], "words_max": words[1],
    })  # fmt: skip
    assert list(form.errors) == ["__all__"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "A poll is open for 5 seconds at least."), (4, "A poll is open for 5 seconds at least."),
        (5, ""), (3600, ""), (3601, "A poll is open for 3600 seconds at most."),
    ],
)  # fmt: skip
def test_seconds_to_vote_out_of_bounds_are_refused_in_words(showrunner, seconds: int, said: str) -> None:  # type: ignore[no-untyped-def]
    form = PerformanceForm({
        "story": make_story().pk, "poll_seconds": seconds, "poll_kind": "single", "min_choices": 1, "max_choices": 1,
        "results": "live", "tie_rule": "earliest", "tie_seconds": 60, "empty_rule": "first", "shift_rule": "stand",
        "late_rule": "hold", "late_seconds": 120, "words_min": 50, "words_max": 90,
    })  # fmt: skip
    assert dict(form.errors) == ({"poll_seconds": [said]} if said else {})
    assert 'min="5" max="3600"' in str(form["poll_seconds"])


def test_seconds_to_vote_have_a_least_in_the_database(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(poll_seconds=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Performance.objects.filter(pk=performance.pk).update(poll_seconds=4)


# ------------------------------------------------------------------ the fallback


def test_named_fallback_is_taken_before_a_stronger_choice(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, late_rule="fallback", late_seconds=30)
    write(draft_for(performance, "Burn the ferry"))
    direction.name_fallback(performance.pk, choice(performance, "Burn the ferry").pk, by=showrunner)
    vote(performance, "Carry the thief", 3)
    vote(performance, "Carry the widow", 2)
    pass_deadline(performance)
    assert place(performance) == (1, "start")
    revision = Revision.objects.get(choice__label="Burn the ferry")
    assert revision.state == Revision.State.IN_REVIEW  # it lost, and may be needed all the same
    review.approve(revision.pk, version=1, by=editor)
    assert place(performance) == (1, "start")
    wait_over(performance)
    step = current_step(performance)
    assert step is not None
    assert (step.position, step.choice.label) == (2, "Burn the ferry")


def test_named_fallback_that_is_not_ready_leaves_it_to_the_strongest(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, late_rule="fallback", late_seconds=30)
    direction.name_fallback(performance.pk, choice(performance, "Burn the ferry").pk, by=showrunner)
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    wait_over(performance)
    assert place(performance) == (2, "far-bank")


def test_fallback_is_named_and_taken_back_on_the_console(showrunner, client: Client) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, late_rule="fallback")
    client.force_login(showrunner)
    page = f"/console/{performance.code}/"
    html = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "with the strongest choice that is ready." in html
    assert client.post(f"{page}name_fallback/", {"choice": choice(performance, "Burn the ferry").pk}).status_code == 302
    html = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert html.count("to fall back on</span>") == 1
    assert "with the choice named for that if it is ready" in html
    assert "None is ready now" not in html  # one branch is authored
    performance.story.start.choices.update(to_scene=None)
    html = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "None is ready now: until an editor approves a branch of this poll, the audience waits." in html
    assert client.post(f"{page}name_fallback/", {"choice": ""}).status_code == 302
    assert Fallback.objects.count() == 0
    assert client.post(f"{page}name_fallback/", {"choice": "999999"}).status_code == 422


def test_fallback_is_not_offered_where_the_rule_is_another(showrunner, client: Client) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    client.force_login(showrunner)
    html = client.get(f"/console/{performance.code}/").content.decode()
    assert "Fall back on this" not in html
