"""A performance's audience data taken out, and erased: nobody in it, the tallies true."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from audience import archive, bans, cohort, door, live, messages, polls, reactions, themes
from audience.ballots import told
from audience.bans import counted_when_frozen
from audience.models import Admission, Ballot, Ban, Comment, Guest, Poll, ReactionCount, Strike, Tally, Theme
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from tests.audience.seats import Hall
from tests.factories import make_performance

pytestmark = pytest.mark.django_db


@pytest.fixture
def evening() -> Hall:
    """Five guests, one poll, comments with a theme, applause, one raider struck out after the close."""
    hall = Hall()
    poll = hall.poll()
    tickets = [hall.seat(nickname=f"Nick{n}") for n in range(5)]
    for n, ticket in enumerate(tickets):
        hall.vote(poll, 1 + n % 2, ticket)
    for ticket in tickets[:3]:
        hall.say("=more fog please", ticket, "c1")
    bans.ban_guests(hall.performance, [tickets[4].guest], by=hall.by)
    Ban.objects.update(at=timezone.now() - timedelta(minutes=1))
    polls.close_poll(poll)
    cohort.strike_out(hall.performance, cohort.Cohort(guests=(tickets[3].guest,)), by=hall.by, reason="Nick3 again")
    Ban.objects.filter(strike__isnull=False).update(at=timezone.now() + timedelta(minutes=1))
    themes.gather(hall.step)
    ReactionCount.objects.create(step=hall.step, kind="heart", number=7)
    (slip,) = door.print_admissions(hall.performance, 1)
    door.use_admission(hall.performance, slip.code, Guest.objects.earliest("pk"))
    return hall


def over(hall: Hall) -> Performance:
    Performance.objects.filter(pk=hall.performance.pk).update(state="ended", ended_at=timezone.now(), started_at=None)
    hall.performance.refresh_from_db()
    return hall.performance


def sheets(path: Path) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(path) as found:
        texts = {name: found.read(name).decode("utf-8-sig") for name in found.namelist()}
    return {name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}


def test_export_has_every_table_and_nobody_in_it(evening: Hall, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "out.zip"
    call_command("export_audience", evening.performance.code.lower(), "--out", str(path))
    assert "5 guests, 1 polls, 5 ballots, 3 comments, 1 reactions, 1 themes" in capsys.readouterr().out
    found = sheets(path)
    assert [row["guest"] for row in found["guests"]] == ["1", "2", "3", "4", "5"]
    assert [row["counts"] for row in found["guests"]] == ["True", "True", "True", "False", "False"]
    first = found["polls"][0]
    assert (first["label"], first["votes"], first["won"]) == ("Carry the widow", "2", "True")
    assert [(row["guest"], row["choices"]) for row in found["ballots"]] == [
        (str(n + 1), f"[{1 + n % 2}]") for n in range(5)
    ]
    assert (found["comments"][0]["text"], found["comments"][0]["state"]) == ("'=more fog please", "counted")
    assert found["reactions"] == [{"scene": "1", "reaction": "heart", "number": "7"}]
    assert found["themes"][0]["people"] == "3"
    with zipfile.ZipFile(path) as whole:
        everything = b"".join(whole.read(name) for name in whole.namelist()).decode()
    assert "Nick" not in everything


def test_export_of_an_empty_evening_has_its_headers(tmp_path: Path) -> None:
    performance = make_performance()
    assert set(archive.write_zip(performance, tmp_path / "out.zip").values()) == {0}
    with zipfile.ZipFile(tmp_path / "out.zip") as found:
        heads = {name: found.read(name).decode("utf-8-sig") for name in found.namelist()}
    assert heads["reactions.csv"] == "scene,reaction,number\r\n"
    assert heads["themes.csv"] == "scene,label,people,polarity,stances,comments\r\n"
    assert {name.removesuffix(".csv"): text.strip().split(",") for name, text in heads.items()} == archive.HEADS


def test_export_as_lines_says_the_same(evening: Hall, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    call_command("export_audience", evening.performance.code, "--out", str(path), verbosity=0)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["text"] for row in rows if row["table"] == "comments"] == ["=more fog please"] * 3
    assert len(rows) == 5 + 3 + 5 + 3 + 1 + 1


def test_export_asks_no_more_for_more_rows(evening: Hall, tmp_path: Path, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(10):
        archive.write_lines(evening.performance, tmp_path / "a.jsonl")
    for _ in range(5):
        evening.say("more rain", evening.seat())
    with django_assert_num_queries(10):
        archive.write_lines(evening.performance, tmp_path / "b.jsonl")


@pytest.mark.parametrize("path", ["/nowhere/at/all.zip"])
def test_export_that_cannot_be_written_is_one_sentence(evening: Hall, path: str) -> None:
    with pytest.raises(Refused, match="No such file"):
        call_command("export_audience", evening.performance.code, "--out", path)


def test_erase_leaves_nobody_and_keeps_the_tally_true(evening: Hall) -> None:
    performance, tally = over(evening), Tally.objects.values().get()
    guests = set(Guest.objects.values_list("pk", flat=True))
    done = archive.erase(performance)
    assert done == {"guests": 5, "comments": 3, "admissions": 1, "ballots kept": 4}
    assert not Comment.objects.exists()
    assert [model.objects.count() for model in (Theme, Ban, Admission)] == [0, 0, 0]
    assert not guests & set(Guest.objects.values_list("pk", flat=True))
    assert set(Guest.objects.values_list("nickname", "chat_key", "erased", "joined_at")) == {
        ("", "", True, performance.ended_at)
    }
    assert (Strike.objects.get().criteria, Strike.objects.get().reason) == ({"erased": True}, "")
    assert ReactionCount.objects.get().number == 7
    assert Tally.objects.values().get() == tally
    poll = Poll.objects.get()
    counts = {str(choice): number for choice, number in polls.count_poll(poll).counts.items()}
    assert (counts, counted_when_frozen(poll.pk).count()) == (tally["counts"], 4)
    assert archive.erase(performance) == {"guests": 0, "comments": 0, "admissions": 0, "ballots kept": 4}


def test_erase_cuts_the_thread_between_two_polls() -> None:
    hall = Hall()
    poll = hall.poll()
    tickets = [hall.seat() for _ in range(40)]
    for ticket in tickets:
        hall.vote(poll, 1, ticket)
    polls.close_poll(poll)
    from storyengine.plot.path import enter

    hall.step = enter(hall.performance, hall.performance.story.start, choice=None)  # type: ignore[arg-type]
    second = hall.poll()
    for n, ticket in enumerate(tickets):
        hall.vote(second, 1 + n % 2, ticket)
    polls.close_poll(second)
    order = {b.guest_id: n for n, b in enumerate(Ballot.objects.filter(poll=poll).order_by("pk"))}
    archive.erase(over(hall))
    after = [list(Ballot.objects.filter(poll=p).order_by("pk").values_list("guest", flat=True)) for p in (poll, second)]
    assert len(order) == len(set(after[0])) == len(set(after[1])) == 40
    assert after[0] != after[1]  # by chance once in 40!


def test_erase_forgets_what_the_pages_were_told(evening: Hall, django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    with django_capture_on_commit_callbacks(execute=True):
        live.publish(
            evening.performance, messages.comment_shown(Comment.objects.select_related("guest").earliest("pk"))
        )
    live.client().hincrby(reactions.counter(evening.performance.code), "heart", 1)
    live.client().set(told(evening.performance.code, Poll.objects.get().pk), "{}")
    with django_capture_on_commit_callbacks(execute=True):
        archive.erase(over(evening))
    assert [key for key in live.client().scan_iter("*") if evening.performance.code.encode() in key] == []
    assert not live.client().exists(told(evening.performance.code, Poll.objects.get().pk))


def test_erase_forgets_what_a_phone_numbered_its_ballots_by(evening: Hall) -> None:
    kept = {"seq": 1_700_000_000_000, "seen": [1, 2], "writer": 5, "receipt": 6}
    Ballot.objects.update(**kept)
    archive.erase(over(evening))
    assert set(Ballot.objects.values_list("seq", "writer", "receipt")) == {(None, 0, 0)}
    assert list(Ballot.objects.values_list("seen", flat=True)) == [[]] * 4


def test_erase_waits_for_the_end_and_for_a_yes(evening: Hall, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as refused:
        call_command("erase_audience", evening.performance.code, "--yes")
    assert refused.value.code == "performance.on"
    performance = over(evening)
    with pytest.raises(CommandError, match="nothing was erased"):
        call_command("erase_audience", performance.code)
    assert Guest.objects.filter(erased=False).count() == 5


def test_erase_command_says_what_it_did(evening: Hall, capsys) -> None:  # type: ignore[no-untyped-def]
    performance = over(evening)
    call_command("erase_audience", performance.code, "--yes")
    assert capsys.readouterr().out.strip() == (
        f"{performance.code}: erased 5 guests, 3 comments, 1 admissions; kept 4 ballots, tied to nobody, behind the "
        "frozen tallies"
    )
    assert performance.log.get().event == "audience.erased"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audience_guest WHERE nickname <> ''")
        assert cursor.fetchone() == (0,)
