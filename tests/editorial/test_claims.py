"""Who holds what: claimed, held for longer, handed over, taken over, run out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from storyengine.editorial import claims
from storyengine.editorial.models import AuditEntry, Revision
from storyengine.errors import Refused
from tests.editorial.conftest import on_the_desk
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def refusal(verb, *arguments, **named) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as refused:
        verb(*arguments, **named)
    return refused.value.code


def test_claim_holds_against_a_colleague_and_not_against_a_lead_editor(editor) -> None:  # type: ignore[no-untyped-def]
    pk, other, lead = on_the_desk().pk, make_user("editor", "other"), make_user("lead editor", "lead")
    assert claims.holder(claims.claim(pk, by=editor)) == editor
    assert refusal(claims.claim, pk, by=other) == "revision.held"
    assert claims.holder(claims.claim(pk, by=lead)) == lead
    assert list(AuditEntry.objects.values_list("action", "by_name", "detail__other")) == [
        ("claimed", "editor", None), ("taken_over", "lead", "editor"),
    ]  # fmt: skip


def test_claim_runs_out(editor) -> None:  # type: ignore[no-untyped-def]
    pk, other = on_the_desk().pk, make_user("editor", "other")
    claims.claim(pk, by=editor)
    Revision.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert claims.holder(Revision.objects.get()) is None
    assert claims.holder(claims.claim(pk, by=other)) == other


def test_let_go_is_the_holders(editor) -> None:  # type: ignore[no-untyped-def]
    pk, other = on_the_desk().pk, make_user("editor", "other")
    claims.claim(pk, by=editor)
    assert claims.holder(claims.let_go(pk, by=other)) == editor
    assert claims.holder(claims.let_go(pk, by=editor)) is None


def test_hand_over_goes_to_an_editor_of_the_story_by_name(editor, guest_user) -> None:  # type: ignore[no-untyped-def]
    pk, other = on_the_desk().pk, make_user("editor", "other")
    assert refusal(claims.hand_over, pk, to="other", by=editor) == "revision.not_held"
    claims.claim(pk, by=editor)
    for nobody in ("nobody", "no such name"):
        assert refusal(claims.hand_over, pk, to=nobody, by=editor) == "person.unknown"
    assert claims.holder(claims.hand_over(pk, to="other", by=editor)) == other


def test_what_left_the_desk_is_not_claimed(editor, guest_user) -> None:  # type: ignore[no-untyped-def]
    assert refusal(claims.claim, on_the_desk(state="withdrawn").pk, by=editor) == "revision.state"
    assert refusal(claims.claim, on_the_desk().pk, by=guest_user) == "request.forbidden"
