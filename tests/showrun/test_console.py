"""The console's list and what it tidies up, an ended show's page, and a choice that lost."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from audience import door
from audience.models import HouseRules, Poll
from storyengine.editorial.models import AuditEntry
from storyengine.errors import Refused
from storyengine.plot.models import Performance, Story
from storyengine.showrun import cycle, shelf
from storyengine.showrun.management.commands.run import _tonight
from storyengine.showrun.models import Shelved
from storyengine.showrun.twin import close_down, make_twin, stand_ins
from tests.factories import GuestFactory, PerformanceFactory, make_performance, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(client: Client, showrunner) -> Client:  # type: ignore[no-untyped-def]
    client.force_login(showrunner)
    return client


def table(page: str, label: str) -> list[str]:
    """The codes in the table of this name, from the top."""
    found = re.search(rf'<table[^>]*aria-label="{label}">(.*?)</table>', page, re.DOTALL)
    return re.findall(r"<code>(\w+)</code>", found[1]) if found else []


def ended(showrunner, **rules: object) -> Performance:  # type: ignore[no-untyped-def]
    performance = make_performance(write_ahead=False, **rules)
    cycle.start(performance.pk, by=showrunner)
    cycle.end(performance.pk, by=showrunner)
    performance.refresh_from_db()
    return performance


def test_list_tells_shows_rehearsals_and_what_is_put_away_apart_newest_first(console: Client, showrunner) -> None:  # type: ignore[no-untyped-def]
    old, waiting = ended(showrunner), make_performance()
    story = old.story
    started = PerformanceFactory(story=story)
    Performance.objects.filter(pk=old.pk).update(started_at="2001-02-03 04:05Z", ended_at="2001-02-03 05:05Z")
    away = ended(showrunner)
    shelf.put_away(away.pk, by=showrunner)
    rehearsal = make_twin(story.slug, {})
    page = console.get("/console/").content.decode()
    assert table(page, "Performances") == [started.code, waiting.code, old.code]
    assert table(page, "Rehearsals") == [rehearsal.code]
    assert table(page, "Put away") == [away.code]
    assert "3 Feb 2001, 04:05" in page
    assert "1 rehearsal</h2>" in page


def test_all_rehearsals_that_do_not_run_are_put_away_at_once_and_no_show_is(console: Client, showrunner) -> None:  # type: ignore[no-untyped-def]
    show = ended(showrunner)
    over, running = make_twin(show.story.slug, {}), make_twin(show.story.slug, {"write_ahead": False})
    cycle.start(running.pk, by=showrunner)
    assert console.post("/console/rehearsals/put-away/")["Location"] == "/console/"
    page = console.get("/console/").content.decode()
    assert [table(page, label) for label in ("Performances", "Rehearsals", "Put away")] == [
        [show.code], [running.code], [over.code],
    ]  # fmt: skip
    client = Client()
    client.force_login(make_user("editor"))
    assert client.post("/console/rehearsals/put-away/").status_code == 403


def test_an_empty_performance_is_removed_and_the_audit_log_has_it(console: Client) -> None:
    performance = make_performance()
    assert console.post(f"/console/{performance.code}/remove/")["Location"] == "/console/"
    assert not Performance.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by_name, entry.detail) == (
        "performance_removed", "showrunner", {"code": performance.code},
    )  # fmt: skip


def test_an_empty_rehearsal_goes_with_its_copy_of_the_story(showrunner) -> None:  # type: ignore[no-untyped-def]
    original = make_performance().story
    twin = make_twin(original.slug, {})
    shelf.remove(twin.pk, by=showrunner)
    assert list(Story.objects.filter(slug__startswith=original.slug)) == [original]


@pytest.mark.parametrize("what", ["begun", "guest", "admission"])
def test_what_holds_anything_is_not_removed_but_put_away(console: Client, showrunner, what: str) -> None:  # type: ignore[no-untyped-def]
    performance = ended(showrunner) if what == "begun" else make_performance()
    if what == "guest":
        GuestFactory(performance=performance)
    if what == "admission":
        door.print_admissions(performance, 1)
    path = f"/console/{performance.code}/"
    refused = console.post(f"{path}remove/")
    assert (refused.status_code, b"it is put away, not removed" in refused.content) == (409, True)
    assert f"{path}remove/" not in console.get("/console/").content.decode()
    assert console.post(f"{path}put_away/").status_code == 302
    assert (Performance.objects.get(), Shelved.objects.get().by) == (performance, showrunner)
    assert console.get(path).status_code == 200
    assert console.post(f"{path}bring_back/").status_code == 302
    assert table(console.get("/console/").content.decode(), "Performances") == [performance.code]


def test_a_show_that_runs_is_neither_put_away_nor_removed(console: Client, showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(write_ahead=False)
    cycle.start(performance.pk, by=showrunner)
    codes = [console.post(f"/console/{performance.code}/{verb}/").status_code for verb in ("put_away", "remove")]
    assert (codes, Shelved.objects.count()) == ([409, 409], 0)
    page = console.get("/console/").content.decode()
    assert not re.search(rf"{performance.code}/(put_away|remove)/", page)


@pytest.mark.parametrize("verb", ["put_away", "bring_back", "remove", "again"])
def test_tidying_up_is_a_showrunners(client: Client, verb: str) -> None:
    performance = make_performance()
    client.force_login(make_user("editor"))
    assert client.post(f"/console/{performance.code}/{verb}/").status_code == 403
    assert (Performance.objects.count(), Shelved.objects.count()) == (1, 0)


def test_a_restart_takes_no_performance_that_was_put_away_and_says_how_old_the_one_is(showrunner) -> None:  # type: ignore[no-untyped-def]
    first, second = make_performance(), make_performance()
    assert _tonight()[0] == second
    shelf.put_away(second.pk, by=showrunner)
    Performance.objects.filter(pk=first.pk).update(created_at="2001-02-03 04:05Z")
    assert _tonight() == (first, "It has not started; it was made on 2001-02-03 at 04:05 UTC.")
    Performance.objects.filter(pk=first.pk).update(state="live", started_at="2001-02-04 04:05Z")
    assert _tonight() == (first, "It goes on: it began on 2001-02-04 at 04:05 UTC.")


def test_a_rehearsal_that_never_began_leaves_nothing_behind() -> None:
    original = make_performance().story
    twin = make_twin(original.slug, {})
    with stand_ins(twin) as people:
        close_down(twin, by=people["showrunner"].name)
    assert list(Story.objects.filter(slug__startswith=original.slug)) == [original]


# ------------------------------------------------------------------ a show that is over


def test_an_ended_show_has_its_record_and_its_script_and_no_way_in(console: Client, showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = ended(showrunner)
    path = f"/console/{performance.code}/"
    page = console.get(path).content.decode()
    gone = [
        "qr-box",
        f"/join/{performance.code}/",
        f"{path}direct/",
        f"{path}desk/",
        f"{path}house/",
        "every 2s",
        ">Writer<",
    ]
    assert [one for one in gone if one in page] == []
    there = [
        "script.pdf",
        "comments.csv",
        "/map/",
        f"{path}again/",
        f"{path}put_away/",
        performance.story.slug,
        "export_audience",
    ]
    assert [one for one in there if one not in page] == []


def test_a_page_that_was_open_at_the_end_is_loaded_anew(console: Client, showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(write_ahead=False)
    cycle.start(performance.pk, by=showrunner)
    asks = {"HX-Request": "true"}
    assert "HX-Refresh" not in console.get(f"/console/{performance.code}/", headers=asks)
    cycle.end(performance.pk, by=showrunner)
    assert console.get(f"/console/{performance.code}/", headers=asks)["HX-Refresh"] == "true"


def test_play_it_again_is_a_new_performance_with_the_same_rules(console: Client, showrunner) -> None:  # type: ignore[no-untyped-def]
    earlier = ended(showrunner, poll_seconds=45, poll_kind="ranked", directive="Colder.")
    HouseRules.objects.create(performance=earlier, moderation="pre", blocked_words="fog")
    answer = console.post(f"/console/{earlier.code}/again/")
    again = Performance.objects.latest("id")
    assert answer["Location"] == f"/console/{again.code}/"
    assert again.code != earlier.code
    assert (again.story, again.state, again.poll_seconds, again.poll_kind, again.directive) == (
        earlier.story, "draft", 45, "ranked", "Colder.",
    )  # fmt: skip
    assert HouseRules.objects.get(performance=again).words == ["fog"]
    assert HouseRules.objects.get(performance=earlier).words == ["fog"]


def test_a_rehearsals_copy_is_not_played_again(showrunner) -> None:  # type: ignore[no-untyped-def]
    twin = make_twin(make_performance().story.slug, {})
    with pytest.raises(Refused) as refused:
        shelf.play_again(twin.pk, by=showrunner)
    assert refused.value.code == "performance.rehearsal"


# ------------------------------------------------------------------ a choice that lost


def test_a_choice_that_lost_says_so_and_is_not_to_be_written(console: Client, showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(write_ahead=False)
    cycle.start(performance.pk, by=showrunner)
    poll = Poll.objects.get()
    path = f"/console/{performance.code}/"
    assert console.get(path).content.decode().count("Write it by hand") == 2
    guest = GuestFactory(performance=performance)
    thief = poll.offers.get(label="Carry the thief")
    guest.ballots.create(poll=poll, choices=[thief.choice_id], cast_at=timezone.now())
    cycle.close_now(performance.pk, by=showrunner)
    page = console.get(path).content.decode()
    hands = re.findall(r"/choices/(\d+)/write/", page)
    assert (hands, page.count("lost the vote</span>")) == ([str(thief.choice_id)], 2)
