"""The console's page of adapters: listed with their cards, switched, rolled back, by those who may, and recorded."""

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from storyengine.editorial.models import AuditEntry, StoryRole
from storyengine.generation.adapters import CARD, CONFIG, WEIGHTS, Card, in_use, write_card
from storyengine.generation.models import AdapterSwitch, WriterStatus
from storyengine.plot.models import Story
from storyengine.showrun.adapters import _curve
from storyengine.showrun.pages import Page
from tests.factories import make_story, make_user
from tests.generation.writer.test_adapter import card_of

pytestmark = pytest.mark.django_db
BASE = "b" * 40


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    settings.ADAPTERS_DIR = tmp_path / "adapters"
    for name in ("first", "second"):
        put(settings.ADAPTERS_DIR / name)
    return Path(settings.ADAPTERS_DIR)


def put(folder: Path, card: Card | None = None) -> None:
    folder.mkdir(parents=True)
    for file in (CONFIG, WEIGHTS):
        (folder / file).write_text("{}")
    write_card(folder, card or card_of(folder.name, BASE))


@pytest.fixture
def console(client: Client) -> Client:
    client.force_login(make_user("showrunner"))
    return client


def press(client: Client, button: str, name: str | None = None) -> int:
    """Press a button that the page has; its form's fields are what is sent."""
    page = Page(client.get("/console/adapters/").content.decode())
    ending = f"/adapters/{button}/"
    wanted = [form for form in page.forms if form.action.endswith(ending)]
    form = next(form for form in wanted if name is None or ("adapter", name) in form.fields)
    return client.post(form.action, dict(form.fields)).status_code


def ready(revision: str = BASE, **fields: object) -> WriterStatus:
    return WriterStatus.objects.create(
        name="writer@here", state="ready", model="random", revision_of_model=revision, **fields
    )


def test_page_lists_each_adapter_with_its_card(console: Client) -> None:
    html = console.get("/console/adapters/").content.decode()
    for words in ("first", "second", "scripts and approved texts (SFT)", "4.000 → 3.500", "ferry.fountain", "seed"):
        assert words in html
    assert "The writer writes with its model as it is." in html


def test_switching_and_rolling_back_through_the_page(console: Client) -> None:
    used = []
    for button, name in (("use", "first"), ("use", "second"), ("back", None), ("back", None), ("use", "second"),
                         ("use", ""), ("back", None)):  # fmt: skip
        assert press(console, button, name) == 302
        used.append(in_use())
    assert used == ["first", "second", "first", "", "second", "", "second"]
    told = AuditEntry.objects.filter(action="adapter_switched").order_by("id")
    assert [entry.detail["adapter"] for entry in told] == [name or "none" for name in used]
    assert (told[1].by_name, told[1].detail["before"]) == ("showrunner", "first")
    assert "<code>second</code>" in console.get("/console/adapters/").content.decode()


def test_going_back_from_the_beginning_is_refused(console: Client) -> None:
    answer = console.post("/console/adapters/back/")
    assert (answer.status_code, "adapter.no_earlier" in answer.content.decode()) == (409, True)
    assert AuditEntry.objects.count() == 0


def test_using_what_is_in_use_changes_nothing(console: Client) -> None:
    for _ in range(2):
        console.post("/console/adapters/use/", {"adapter": "first"})
    assert AdapterSwitch.objects.exclude(by=None).count() == AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("gone", 404, "adapter.unknown"),
        ("../first", 422, "adapter.name_invalid"),
        ("half", 422, "adapter.broken"),
        ("foreign", 409, "adapter.mismatch"),
    ],
)
def test_adapter_that_cannot_be_used_is_refused_with_its_code(
    console: Client, shelf: Path, name: str, status: int, code: str
) -> None:
    put(shelf / "half")
    (shelf / "half" / WEIGHTS).unlink()
    put(shelf / "foreign", card_of("foreign", "0" * 40))
    ready()
    answer = console.post("/console/adapters/use/", {"adapter": name})
    assert (answer.status_code, in_use()) == (status, "")
    assert f"<code>{code}</code>" in answer.content.decode()


def test_broken_adapter_is_listed_with_what_is_wrong(console: Client, shelf: Path) -> None:
    (shelf / "first" / CARD).write_text("{")
    html = console.get("/console/adapters/").content.decode()
    assert "<code>adapter.broken</code> This adapter cannot be read. (first: card.json, JSONDecodeError)" in html


def test_writers_that_go_on_without_it_are_told_apart(console: Client) -> None:
    console.post("/console/adapters/use/", {"adapter": "first"})
    status = ready(adapter_error_code="adapter.broken", adapter_error_reason="first: OSError")
    for path in ("/console/adapters/", "/console/"):
        assert (
            "<code>adapter.broken</code> This adapter cannot be read. (first: OSError)"
            in console.get(path).content.decode()
        )
    WriterStatus.objects.filter(pk=status.pk).update(adapter="first", adapter_error_code="")
    assert "writes with it" in console.get("/console/adapters/").content.decode()


def test_only_who_runs_the_show_on_every_story_switches(client: Client) -> None:
    client.force_login(make_user("editor"))
    assert client.get("/console/adapters/").status_code == 403
    assert client.post("/console/adapters/use/", {"adapter": "first"}).status_code == 403
    guest = make_user("audience", "of-one-story")
    make_story()
    StoryRole.objects.create(user=guest, story=Story.objects.get(), group=Group.objects.get(name="showrunner"))
    client.force_login(guest)
    page = client.get("/console/adapters/")
    assert (page.status_code, "/adapters/use/" in page.content.decode()) == (200, False)
    assert client.post("/console/adapters/use/", {"adapter": "first"}).status_code == 403
    assert in_use() == ""


def test_page_asks_no_more_for_more_adapters(console: Client, shelf: Path, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    console.post("/console/adapters/use/", {"adapter": "first"})
    ready()
    with django_assert_num_queries(8):
        console.get("/console/adapters/")
    for number in range(5):
        put(shelf / f"more-{number}")
    with django_assert_num_queries(8):
        console.get("/console/adapters/")


def test_curve_falls_within_its_box() -> None:
    assert _curve(((1, 4.0),)) == ""
    assert _curve(((1, 4.0), (2, 3.0), (3, 2.0))) == "0.0,2.0 120.0,24.0 240.0,46.0"


def test_card_of_another_shape_is_broken(console: Client, shelf: Path) -> None:
    data = json.loads((shelf / "first" / CARD).read_text()) | {"losses": "none"}
    (shelf / "first" / CARD).write_text(json.dumps(data))
    assert "adapter.broken" in console.get("/console/adapters/").content.decode()
