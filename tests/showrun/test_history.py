"""What a performance's record tells in a story's file: by keys, since the numbers of rows mean nothing elsewhere."""

import json

import jsonschema
import pytest
from django.utils import timezone

from audience.models import Ballot, Poll
from storyengine.plot.copy import copy_story
from storyengine.plot.exchange import bring_in, take_out
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.native import SCHEMA
from storyengine.plot.formats.report import Report
from storyengine.plot.models import Performance
from storyengine.showrun import cycle
from storyengine.showrun.history import records_of
from storyengine.showrun.log import log
from tests.factories import GuestFactory, SceneFactory, make_performance, make_user

pytestmark = pytest.mark.django_db(transaction=True)
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
WIDOW, THIEF, FERRY = (["start", place] for place in (1, 2, 3))


def test_the_record_tells_polls_and_who_decided() -> None:
    performance, user = make_performance(write_ahead=False), make_user("showrunner")
    cycle.start(performance.pk, by=user)
    cycle.close_now(performance.pk, by=user)
    (record,) = records_of(performance.story).values()
    poll = record["polls"][0]
    assert (poll["state"], poll["tally"]["winner"], poll["tally"]["decided_by"]) == ("closed", ["start", 1], "default")
    assert [offer["votes"] for offer in poll["offers"]] == [0, 0, 0]
    assert "performance.started" in [entry["event"] for entry in record["log"]]
    assert Performance.objects.get().record is None


def test_the_record_counts_choices_as_the_file_does() -> None:
    performance, user = make_performance(write_ahead=False), make_user("showrunner")
    performance.story.start.choices.get(position=1).delete()  # by the admin: 2 and 3 are left
    cycle.start(performance.pk, by=user)
    cycle.close_now(performance.pk, by=user)
    data = json.loads(take_out(performance.story, "json", Report(), records_of(performance.story)))
    poll = data["performances"][0]["record"]["polls"][0]
    assert [offer["choice"] for offer in poll["offers"]] == [["start", 1], ["start", 2]]
    assert poll["tally"]["winner"] == ["start", 1]
    assert data["scenes"][0]["choices"][0]["label"] == "Carry the thief"


def test_the_rounds_of_a_run_off_and_the_log_name_no_row() -> None:
    performance, user = make_performance(write_ahead=False, poll_kind="ranked"), make_user("showrunner")
    cycle.start(performance.pk, by=user)
    poll = Poll.objects.get(performance=performance)
    widow, thief, ferry = poll.offers.order_by("position").values_list("choice_id", flat=True)
    for choices in ([widow], [widow], [thief, ferry], [ferry, thief], [ferry]):
        guest = GuestFactory(performance=performance)
        Ballot.objects.create(poll=poll, guest=guest, choices=choices, cast_at=timezone.now())
    cycle.close_now(performance.pk, by=user)
    recount = {"poll": poll.pk, "counts": {str(widow): 2}, "winner": widow}
    log(performance, "cohort.struck", user, strike=7, guests=1, recounts=[recount])
    record = records_of(performance.story)[performance.pk]
    rounds = record["polls"][0]["tally"]["rounds"]
    assert [(one["exhausted"], one["out"], one["by"]) for one in rounds] == [(0, [THIEF], ""), (0, [], "")]
    assert [[(one["choice"], one["votes"]) for one in each["counts"]] for each in rounds] == [
        [(WIDOW, 2), (THIEF, 1), (FERRY, 2)],
        [(WIDOW, 2), (FERRY, 3)],
    ]
    details = {entry["event"]: entry["detail"] for entry in record["log"]}
    assert details["poll.opened"] == {"poll": 1}
    assert details["cohort.struck"] == {
        "guests": 1,
        "recounts": [{"poll": 1, "counts": [{"choice": WIDOW, "votes": 2}], "winner": WIDOW}],
    }
    VALIDATOR.validate(json.loads(take_out(performance.story, "json", Report(), {performance.pk: record})))


def test_a_choice_that_leads_into_another_story_is_open_in_the_file_and_in_a_copy() -> None:
    performance, user = make_performance(write_ahead=False), make_user("showrunner")
    story, elsewhere = performance.story, SceneFactory(heading="INT. ELSEWHERE")
    story.start.choices.filter(position=1).update(to_scene=elsewhere)
    cycle.start(performance.pk, by=user)
    cycle.close_now(performance.pk, by=user)  # the first choice is taken, into the other story
    assert performance.steps.last().scene == elsewhere
    text = take_out(story, "json", Report(), records_of(story))
    data = json.loads(text)
    assert data["scenes"][0]["choices"][0] == {"label": "Carry the widow", "to": None, "target": "INT. ELSEWHERE"}
    assert [step["scene"] for step in data["performances"][0]["path"]] == ["start"]
    assert len(data["performances"][0]["record"]["polls"]) == 1
    (back,) = bring_in([Sheet("s.json", text)], Report(), slug="back")
    assert back.performances.get().state == Performance.State.ENDED
    assert copy_story(story, slug="twin").start.choices.get(position=1).to_scene is None
