"""The brief's page: from each sentence of influence back to the comments behind it."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.test import Client

from audience import polls, scoring
from audience.models import Comment, Tally
from storyengine.editorial.behind import MOST_SHOWN, PER_PAGE
from storyengine.editorial.review import open_review
from storyengine.editorial.why import explain
from storyengine.generation.brief import context_of, evidence_of, make_brief
from storyengine.generation.draft import claim_draft, store_answer
from storyengine.generation.evidence import Option
from storyengine.generation.models import Brief, Draft
from storyengine.generation.prompt import context_from_json, context_to_json, segments
from storyengine.generation.wishes import weigh
from storyengine.generation.writer import Answer
from storyengine.plot.path import enter
from tests.editorial.conftest import written
from tests.factories import GuestFactory, answer_json, make_performance

pytestmark = pytest.mark.django_db


def test_each_wish_leads_back_to_its_comments(brief: Brief) -> None:
    why = explain(brief)
    (monster,) = [one for one in why.influences if "monster" in one.wish.text]
    assert [comment.text for comment in monster.comments] == ["a sea monster, please!", "sea monster", "Sea monster!!"]
    assert (monster.wish.guests, monster.share, monster.taken_up, monster.more) == (3, 1.0, None, 0)
    assert why.context.loved == (("ODA", 2),)
    assert why.draft is None


def test_what_is_not_wanted_leads_back_to_its_comments_and_is_no_wish(
    client: Client, editor: User, brief: Brief
) -> None:
    texts = ["don't kill Oda", "never kill Oda!", "I hate the ghost", "no more ghost", "I hate Bram", "Bram is awful"]
    for number, text in enumerate(texts):
        Comment.objects.create(
            performance=brief.performance, step=brief.step, guest=GuestFactory(performance=brief.performance),
            ref=f"against {number}", text=text, sentiment=scoring.sentiment(text, language="en"),
        )  # fmt: skip
    choice = brief.step.scene.choices.get(label="Carry the widow")
    later = make_brief(brief.step, choice, reason=Brief.Reason.FINAL)
    written(later, "ODA greets a ghost.")
    why = explain(later)
    assert context_of(later) == why.context
    assert [(one.wish.text, one.wish.guests, one.taken_up) for one in why.unwanted] == [
        ("kill oda", 2, False), ("ghost", 2, True),
    ]  # fmt: skip
    assert [comment.text for comment in why.unwanted[0].comments] == ["don't kill Oda", "never kill Oda!"]
    assert why.context.hated == (("BRAM", 2),)  # told once: nobody asks for a story without him
    assert not {"ghost", "kill", "bram"} & {word for one in why.influences for word in one.wish.text.split()}
    client.force_login(editor)
    shown = client.get(f"/desk/briefs/{later.pk}/").content.decode()
    for words in ("What the audience does not want", "done all the same", "left alone", "never kill Oda!"):
        assert words in shown
    behind = client.get(f"/desk/briefs/{later.pk}/behind/unwanted/0/").content.decode()
    assert all(words in behind for words in ("Not wanted", "kill oda", "never kill Oda!"))


def test_a_hidden_comment_is_not_quoted_any_more(brief: Brief) -> None:
    Comment.objects.filter(text="sea monster").update(hidden_at="2026-01-01T00:00Z")
    (monster,) = [one for one in explain(brief).influences if "monster" in one.wish.text]
    assert (len(monster.comments), monster.more) == (2, 1)


def test_weights_are_counted_again_from_the_briefs_row_alone(brief: Brief) -> None:
    Comment.objects.all().delete()
    kept = evidence_of(Brief.objects.get(pk=brief.pk))
    wishes = context_of(brief).wishes
    assert kept is not None
    assert [round(weigh(voices), 3) for voices in kept.voices] == [wish.weight for wish in wishes]
    voices = kept.voices[0]
    assert [(voice.strength, voice.stance, voice.age_s > 0) for voice in voices] == [(0.5, 0.0, True)] * 3


def test_feelings_lead_back_to_their_comments(brief: Brief, client: Client, editor) -> None:  # type: ignore[no-untyped-def]
    kept = evidence_of(brief)
    assert kept is not None
    (ids,) = kept.loved
    texts = Comment.objects.filter(pk__in=ids).order_by("pk").values_list("text", flat=True)
    assert list(texts) == ["I love Oda", "Oda is great"]
    client.force_login(editor)
    address = f"/desk/briefs/{brief.pk}/behind/loved/0/"
    assert f'<a href="{address}">ODA (2)</a>' in client.get(f"/desk/briefs/{brief.pk}/").content.decode()
    page = client.get(address).content.decode()
    assert "I love Oda" in page
    assert "Oda is great" in page
    assert "sea monster" not in page
    assert client.get(f"/desk/briefs/{brief.pk}/behind/hated/0/").status_code == 404
    assert client.get(f"/desk/briefs/{brief.pk}/behind/anything/0/").status_code == 404


def test_every_comment_of_a_wish_has_a_page(  # type: ignore[no-untyped-def]
    brief: Brief, client: Client, editor, django_assert_max_num_queries
) -> None:
    guests = [GuestFactory(performance=brief.performance) for _ in range(PER_PAGE)]
    for number, guest in enumerate(guests):
        Comment.objects.create(
            performance=brief.performance, step=brief.step, guest=guest, ref=f"m{number}", text="sea monster",
            sentiment=0.5,
        )  # fmt: skip
    again = make_brief(brief.step, brief.choice, reason=Brief.Reason.CHANGES, source="again")
    Comment.objects.filter(ref="0").update(hidden_at="2026-01-01T00:00Z")
    monster = explain(again).influences[0]
    assert (len(monster.comments), monster.more) == (MOST_SHOWN, PER_PAGE + 3 - MOST_SHOWN)
    client.force_login(editor)
    address = f"/desk/briefs/{again.pk}/behind/wish/0/"
    assert (
        f'<a href="{address}">… and {monster.more} more</a>' in client.get(f"/desk/briefs/{again.pk}/").content.decode()
    )
    with django_assert_max_num_queries(12):
        first = client.get(address).content.decode()
    second = client.get(address + "?page=2").content.decode()
    assert first.count("→") == PER_PAGE
    assert second.count("→") == 3
    assert (first + second).count("Hidden by a moderator since then.") == 1
    assert "a sea monster, please!" not in first + second


def test_a_brief_made_after_the_close_holds_the_whole_tally(client: Client, editor) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    step = enter(performance, performance.story.start, choice=None)
    thief = step.scene.choices.get(label="Carry the thief")
    poll = polls.open_poll(performance, step)
    assert poll is not None
    ahead = make_brief(step, thief, reason=Brief.Reason.AHEAD)
    client.force_login(editor)
    page = client.get(f"/desk/briefs/{ahead.pk}/").content.decode()
    assert "its brief holds no votes" in page
    assert "The poll is still open." in page
    tally = polls.close_poll(poll)
    Tally.objects.filter(pk=tally.pk).update(counts={**tally.counts, str(thief.pk): 3}, voters=4)
    tally.refresh_from_db()
    final = make_brief(step, thief, reason=Brief.Reason.FINAL, tally=tally)
    kept = evidence_of(final)
    assert kept is not None
    assert kept.tally is not None
    assert (kept.tally.voters, kept.tally.winner) == (4, tally.winner_id)
    assert Option(thief.pk, "Carry the thief", 3, 0.75) in kept.tally.options
    assert [option.votes for option in kept.tally.options if option.choice != thief.pk] == [0, 0]
    Tally.objects.all().delete()  # the row alone says it
    page = client.get(f"/desk/briefs/{final.pk}/").content.decode()
    assert "4 people voted" in page
    assert "3 · 75&nbsp;%" in page
    assert "its brief holds no votes" not in page


def test_a_brief_made_ahead_shows_the_poll_at_its_close_beside_what_it_lacks(client: Client, editor) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    step = enter(performance, performance.story.start, choice=None)
    poll = polls.open_poll(performance, step)
    assert poll is not None
    ahead = make_brief(step, step.scene.choices.get(label="Carry the thief"), reason=Brief.Reason.AHEAD)
    polls.close_poll(poll)
    client.force_login(editor)
    page = client.get(f"/desk/briefs/{ahead.pk}/").content.decode()
    assert "its brief holds no votes" in page
    assert "The poll at its close" in page
    chinese = client.get(f"/desk/briefs/{ahead.pk}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "投票结束时的结果" in chinese


def test_a_brief_from_before_anything_was_kept_is_still_read(client: Client, editor, brief: Brief) -> None:  # type: ignore[no-untyped-def]
    step = brief.step
    old = Brief.objects.create(
        performance=brief.performance, step=step, choice=brief.choice, reason=Brief.Reason.CHANGES, source="old",
        context={**context_to_json(context_of(brief)), "votes": [2, 3]},
    )  # fmt: skip
    why = explain(old)
    assert (why.evidence, [one.fact.what for one in why.facts][-1]) == (None, "hides the oar")
    client.force_login(editor)
    page = client.get(f"/desk/briefs/{old.pk}/").content.decode()
    assert "The writer was told of 2 of 3 votes" in page
    assert "ODA (2)" in page
    assert client.get(f"/desk/briefs/{old.pk}/behind/wish/0/").status_code == 200
    assert "was not kept" in client.get(f"/desk/briefs/{old.pk}/behind/loved/0/").content.decode()
    assert segments(context_from_json(old.context)) == segments(replace(context_of(brief), votes=(2, 3)))


def test_the_page_shows_all_of_it_to_an_editor_alone(client: Client, editor, guest_user, brief: Brief) -> None:  # type: ignore[no-untyped-def]
    written(brief, "A sea monster rises.")
    address = f"/desk/briefs/{brief.pk}/"
    assert client.get(address).status_code == 302
    client.force_login(guest_user)
    assert client.get(address).status_code == 403
    client.force_login(editor)
    shown = client.get(address).content.decode()
    for words in (
        "sea monster",
        "taken up",
        "Bring back the widow.",
        "hides the oar",
        "# WRITE",
        "to be paid",
        "ODA (2)",
    ):
        assert words in shown


def test_the_viewers_show_what_the_writer_saw(client: Client, editor, brief: Brief) -> None:  # type: ignore[no-untyped-def]
    draft, seen = claim_draft(brief.draft.pk), replace(context_of(brief), facts=())
    assert draft is not None
    assert "# TRUE NOW" in "".join(segment.text for segment in explain(brief).segments)
    store_answer(draft, Answer(answer_json(), "box", 1, 10, 20, 1.5, remark="cut to fit: facts", seen=seen))
    assert "# TRUE NOW" not in "".join(segment.text for segment in explain(brief).segments)
    revision = open_review(Draft.objects.get(pk=draft.pk))
    client.force_login(editor)
    page = client.get(f"/desk/revisions/{revision.pk}/").content.decode()
    assert "# LAST SCENE" in page
    assert "# TRUE NOW" not in page
    assert "cut to fit: facts" in page
    assert (
        "为放得下而删去：事实"
        in client.get(f"/desk/revisions/{revision.pk}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    )
    assert Draft.objects.get(pk=draft.pk).remark == 'remark.cut {"parts":"facts"}'


def test_wishes_of_one_person_alone_are_counted_and_can_be_read(client: Client, editor: User, brief: Brief) -> None:
    client.force_login(editor)
    assert "of one person alone" not in client.get(f"/desk/briefs/{brief.pk}/").content.decode()
    assert client.get(f"/desk/briefs/{brief.pk}/behind/lone/0/").status_code == 404
    for number, text in enumerate(["a dragon with teeth", "ring the bell"]):
        Comment.objects.create(
            performance=brief.performance, step=brief.step, guest=GuestFactory(performance=brief.performance),
            ref=f"lone {number}", text=text,
        )  # fmt: skip
    choice = brief.step.scene.choices.get(label="Carry the widow")
    later = make_brief(brief.step, choice, reason=Brief.Reason.FINAL)
    page = client.get(f"/desk/briefs/{later.pk}/").content.decode()
    assert "2 comments hold wishes of one person alone." in page
    assert "dragon" not in str(later.context)
    read = client.get(f"/desk/briefs/{later.pk}/behind/lone/0/").content.decode()
    assert [text in read for text in ("a dragon with teeth", "ring the bell", "sea monster")] == [True, True, False]
    assert len(explain(later).felt) == len(explain(brief).felt)
