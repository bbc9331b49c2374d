"""Recount a closed poll from its ballots and hold it against the frozen tally."""

from audience.bans import counted_when_frozen
from audience.models import Poll, Tally
from audience.polls import count_poll, frozen, seed_of, undecided
from audience.tally import draw
from storyengine.plot.models import Performance


def differences(poll: Poll) -> list[str]:
    """What a closed poll's tally says otherwise than its ballots do, a sentence each; empty where all agree.

    Who won a tie that waited is the showrunner's word or a draw's: it is checked against the leaders and the seed.
    """
    tally = Tally.objects.filter(poll=poll).first()
    if tally is None:
        return ["it is closed and has no tally"]
    result = count_poll(poll, counted_when_frozen(poll.pk))
    recounted = frozen(undecided(result) if tally.decided_by == Tally.DecidedBy.ENDED else result)
    if recounted["rule"] == Performance.TieRule.DECIDE:
        late = {"rule": "draw", "seed": seed_of(poll), "winner_id": draw(tally.leaders, seed_of(poll))}
        word = {"winner_id": tally.winner_id if tally.winner_id in recounted["leaders"] else None}
        recounted |= late if tally.rule == "draw" else word
    offered = set(poll.offers.values_list("choice_id", flat=True))
    foreign = [ballot for ballot in poll.ballots.all() if not offered.issuperset(ballot.choices)]
    return [
        *(f"{name} is {getattr(tally, name)!r} and recounted {value!r}" for name, value in recounted.items()
          if getattr(tally, name) != value),
        *(f"ballot {ballot.pk} names what the poll did not offer" for ballot in foreign),
    ]  # fmt: skip
