"""What a verdict did and what comes next, in a sentence on the desk's next page."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storyengine.editorial.models import Revision
from storyengine.editorial.queue import row_of

State = Revision.State
SAID: dict[str, Promise] = {
    State.RELEASED: _("“%(choice)s” is approved, and out: the audience reads it now."),
    State.IN_REVIEW: _("Your approval of “%(choice)s” counts. One more person must approve it."),
    State.CHANGES_REQUESTED: _("“%(choice)s” is sent back. The writer writes it again; it comes here anew."),
    State.REJECTED: _("“%(choice)s” is rejected. If the branch is still needed, the writer starts afresh."),
    State.WITHDRAWN: _("“%(choice)s” came too late: the story went on elsewhere."),
}
APPROVED: dict[str, Promise] = {
    "won": _("“%(choice)s” is approved, and goes out in a moment."),
    "lost": _("“%(choice)s” is approved. Its choice lost the vote: it is kept in case the winner fails."),
    "": _("“%(choice)s” is approved. It goes out when the poll ends, if it wins."),
}


def tell(request: HttpRequest, pk: int) -> None:
    """Say it with the next page. The text is read again: its release may have followed at once."""
    found = Revision.objects.select_related("choice", "claimed_by", "step__poll__tally").get(pk=pk)
    if found.state == State.APPROVED:
        standing = row_of(found).standing
        said = APPROVED.get(standing, APPROVED[""])
    else:
        said = SAID[found.state]
    messages.success(request, said % {"choice": found.choice.label})
