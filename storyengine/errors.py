"""Every refusal that a person or a client can meet: one code, one sentence, one HTTP status.

A room raises `Refused("poll.closed")`; each edge (socket, API, pages, commands) maps it once, with
`Refused.as_message()`. A code that is not in CATALOGUE is a programming error and raises KeyError.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Kind:
    """What one code means to the outside."""

    status: int
    message: Promise
    hint: Promise | str = ""  # what a guest may do now


CATALOGUE: dict[str, Kind] = {
    # what a guest can meet
    "performance.unknown": Kind(
        404,
        _("No performance has this code."),
        _("A letter may be missing. The code is on the screen or on your ticket."),
    ),
    "performance.ended": Kind(
        409,
        _("This performance is over."),
        _("Its story has been told. For another show, start with the code of that show."),
    ),
    "performance.not_started": Kind(409, _("This performance has not started yet.")),
    "performance.started": Kind(409, _("This performance has already started.")),
    "guest.token_missing": Kind(401, _("Join the performance first.")),
    "guest.token_invalid": Kind(401, _("This ticket is not valid here. Please join again.")),
    "guest.token_expired": Kind(401, _("Your ticket has expired. Please join again.")),
    "guest.banned": Kind(403, _("You can watch, but no longer take part.")),
    "guest.nickname_invalid": Kind(422, _("A nickname has at most 40 characters.")),
    "join.too_fast": Kind(429, _("Many people are coming in at once. Wait a moment: the door opens by itself.")),
    "admission.needed": Kind(403, _("This performance needs the code from your admission slip.")),
    "admission.unknown": Kind(422, _("This admission code is not known here.")),
    "admission.used": Kind(409, _("This admission code has been used already.")),
    "admission.withdrawn": Kind(409, _("This admission code is no longer good.")),
    "guest.too_many_sockets": Kind(429, _("This ticket is open in too many places at once.")),
    "poll.unknown": Kind(404, _("There is no such poll in this performance.")),
    "poll.closed": Kind(409, _("This poll is closed.")),
    "poll.open": Kind(409, _("A poll is still open.")),
    "poll.revealed": Kind(409, _("The counts of this poll are not hidden.")),
    "tie.decided": Kind(409, _("There is no tie to decide any more.")),
    "poll.nothing_offered": Kind(409, _("None of the choices is offered here: no condition holds.")),
    "choice.unknown": Kind(422, _("This choice is not part of the poll.")),
    "ballot.too_few": Kind(422, _("This poll asks for more choices.")),
    "ballot.too_many": Kind(422, _("This poll takes fewer choices.")),
    "ballot.repeated": Kind(422, _("A ballot names each choice once.")),
    "comment.empty": Kind(422, _("Write something first.")),
    "comment.too_long": Kind(422, _("This comment is too long.")),
    "comment.too_fast": Kind(429, _("Slowly: wait a moment before the next comment.")),
    "comment.closed": Kind(409, _("Comments are closed in this performance.")),
    "comment.duplicate": Kind(409, _("You have said this already.")),
    "comment.link": Kind(422, _("Comments here hold no links.")),
    "comment.blocked": Kind(422, _("This house does not take a word of this comment.")),
    "reaction.unknown": Kind(422, _("There is no such reaction.")),
    "reaction.closed": Kind(409, _("Reactions are closed in this performance.")),
    "reaction.too_fast": Kind(429, _("Slowly: your applause is heard.")),
    # what a client can get wrong
    "message.malformed": Kind(400, _("This message is not valid JSON of the expected shape.")),
    "message.unknown_type": Kind(400, _("This message type is not known.")),
    "message.too_large": Kind(413, _("This message is too large.")),
    "message.too_fast": Kind(429, _("Too many messages. Slow down.")),
    "request.malformed": Kind(400, _("This request cannot be understood.")),
    "request.invalid": Kind(422, _("The request is not valid.")),
    "request.forbidden": Kind(403, _("You may not do this.")),
    "request.method": Kind(405, _("This address does not take this kind of request.")),
    "request.not_found": Kind(404, _("There is nothing at this address.")),
    "server.busy": Kind(503, _("The server is busy. Nothing was lost; please try again.")),
    "server.full": Kind(503, _("Every place is taken. Please try again in a moment.")),
    "server.failed": Kind(500, _("Something went wrong on our side. It has been logged.")),
    # what an author can meet
    "story.unknown": Kind(404, _("There is no such story.")),
    "story.invalid": Kind(422, _("This story file is not valid.")),
    "story.exists": Kind(409, _("A story with this slug exists already.")),
    "story.stale": Kind(409, _("Somebody else changed the story meanwhile. What you typed is kept on this page.")),
    "story.performed": Kind(409, _("A performance plays this story, so it is kept.")),
    "story.incomplete": Kind(422, _("This cannot be saved yet.")),
    "scene.unknown": Kind(404, _("There is no such scene in this story.")),
    "scene.stale": Kind(409, _("Somebody else changed this scene meanwhile. What you typed is kept on this page.")),
    "scene.shown": Kind(409, _("A performance has shown this scene: its script is not changed afterwards.")),
    "scene.start": Kind(409, _("The story starts here. Choose another start first.")),
    "scene.incomplete": Kind(422, _("This cannot be saved yet.")),
    "choice.used": Kind(409, _("A performance has offered this choice: it stays as the audience read it.")),
    "character.used": Kind(409, _("A performance has heard this character, who keeps the name and stays.")),
    "place.used": Kind(409, _("A performance has been at this place, which keeps its name and stays.")),
    "edit.nothing": Kind(409, _("There is nothing more to undo or redo here.")),
    "edit.stale": Kind(
        409, _("This was changed again since, so it cannot be undone here. The history has every text.")
    ),
    "story.format_unknown": Kind(422, _("This is not a story file of a format that is known.")),
    "story.too_large": Kind(413, _("This story file is too large.")),
    "script.invalid": Kind(422, _("This screenplay file cannot be read.")),
    "script.option": Kind(422, _("The script cannot be made this way.")),
    "path.invalid": Kind(422, _("This is not a path through the story.")),
    "branch.invalid": Kind(422, _("This is not a valid branch.")),
    "choice.taken": Kind(409, _("A branch follows this choice already.")),
    # what an editor can meet
    "revision.stale": Kind(409, _("Somebody else saved this revision. Your text is kept below.")),
    "revision.state": Kind(409, _("The revision is in another state now.")),
    "draft.state": Kind(409, _("This draft is not being written any more.")),
    "review.note_missing": Kind(422, _("Say what should change.")),
    "review.reason_unknown": Kind(422, _("This reason is not on the list.")),
    "review.selection": Kind(422, _("The text has no such beats.")),
    "review.second_person": Kind(409, _("You have approved this text; another person must approve it too.")),
    "revision.held": Kind(409, _("Somebody else holds this revision.")),
    "revision.not_held": Kind(409, _("You do not hold this revision.")),
    "release.superseded": Kind(409, _("This text has been corrected since.")),
    "person.unknown": Kind(422, _("No editor of this story has that name.")),
    "check.blocks": Kind(409, _("A check blocks this text. It must be mended, or overruled with a reason.")),
    "check.model_missing": Kind(503, _("The model of this check was not found.")),
    "check.model_broken": Kind(503, _("The model of this check could not be loaded.")),
    "check.hung": Kind(503, _("The model of this check hung; its process was started again.")),
    "check.unknown": Kind(422, _("The text has no such finding any more.")),
    "door.too_many": Kind(429, _("Too many attempts to sign in. Wait a few minutes, then try again.")),
    "door.signed_out": Kind(401, _("You are signed out. Sign in again.")),
    "door.code_wrong": Kind(422, _("This one-time password is not right.")),
    "door.code_missing": Kind(422, _("Set up one-time passwords first.")),
    # what a showrunner or an engineer can meet
    "writer.model_missing": Kind(503, _("The writer's model was not found.")),
    "writer.model_broken": Kind(503, _("The writer's model could not be loaded.")),
    "writer.out_of_memory": Kind(503, _("The writer ran out of memory.")),
    "writer.context_too_long": Kind(503, _("The brief does not fit into the writer's context.")),
    "writer.answer_invalid": Kind(503, _("The writer's answer was not a branch.")),
    "writer.answer_empty": Kind(503, _("The writer's answer was empty.")),
    "writer.answer_refused": Kind(503, _("The model refused to write this.")),
    "writer.attempts_spent": Kind(503, _("The writer gave up on this draft.")),
    "writer.cancelled": Kind(409, _("This draft is no longer needed.")),
    "writer.stopped": Kind(409, _("An editor stopped the writer here.")),
    "writer.too_slow": Kind(503, _("The writer did not finish before its deadline.")),
    "writer.silent": Kind(503, _("Nothing was heard of the writer for too long.")),
    "writer.hung": Kind(503, _("The writer hung and was started again.")),
    "writer.unreachable": Kind(503, _("The writer's server cannot be reached.")),
    "writer.busy": Kind(503, _("The writer's server is too busy.")),
    "writer.unauthorised": Kind(503, _("The writer's server does not accept our key.")),
    "writer.failed": Kind(503, _("The writer failed.")),
    "adapter.unknown": Kind(404, _("There is no such adapter.")),
    "adapter.broken": Kind(422, _("This adapter cannot be read.")),
    "adapter.mismatch": Kind(409, _("This adapter was made for another model.")),
    "adapter.remote": Kind(409, _("The writer is a server; its adapters are chosen there.")),
    "adapter.no_earlier": Kind(409, _("Nothing was in use before this.")),
    "adapter.exists": Kind(409, _("An adapter of this name exists already.")),
    "adapter.name_invalid": Kind(422, _("An adapter's name has small letters, digits and hyphens, 60 at most.")),
    "finetune.nothing": Kind(422, _("There is nothing to learn from here.")),
    "finetune.file_broken": Kind(422, _("This file of preferences cannot be read.")),
    "finetune.source": Kind(422, _("This method cannot learn from that.")),
    "finetune.resume": Kind(409, _("There is no run of this name with these settings to go on with.")),
    "finetune.missing": Kind(503, _("The libraries that fine-tuning needs are not installed.")),
    "finetune.failed": Kind(500, _("The training led nowhere: no adapter was made.")),
    "performance.on": Kind(409, _("This performance has not ended yet.")),
    "performance.kept": Kind(409, _("This performance has begun, or has guests: it is put away, not removed.")),
    "performance.rehearsal": Kind(409, _("A rehearsal plays a copy of its story. Play the story itself.")),
    "admission.too_many": Kind(422, _("A sheet has 1 to 2000 admissions.")),
    "cohort.empty": Kind(422, _("No guest is in this selection.")),
    "cohort.invalid": Kind(422, _("This selection cannot be understood.")),
    "strike.undone": Kind(409, _("This strike has been undone already.")),
    "classifier.missing": Kind(503, _("The classifier of comments was not found.")),
    "classifier.broken": Kind(503, _("The classifier of comments could not be used.")),
    "chat.refused": Kind(503, _("The chat server did not let the bridge in.")),
    "setup.failed": Kind(500, _("The set-up failed.")),
}


def bracketed(said: str, reason: str) -> str:
    """Both in one line, with the brackets of the language that is spoken now."""
    return said + gettext(" (") + reason + gettext(")") if said and reason else said or reason


class Refused(Exception):
    """A coded refusal. `detail` is shown to whoever made the mistake, so it never holds a secret."""

    def __init__(self, code: str, **detail: Any) -> None:
        self.code = code
        self.kind = CATALOGUE[code]
        self.detail = detail
        super().__init__(code)

    @property
    def status(self) -> int:
        return self.kind.status

    def __str__(self) -> str:
        return bracketed(str(self.kind.message), str(self.detail.get("reason") or ""))

    def as_message(self, ref: str | None = None) -> dict[str, Any]:
        """The one shape of an error, on sockets and in API answers alike."""
        message: dict[str, Any] = {"type": "error", "code": self.code, "message": str(self)}
        if "retry_after" in self.detail:  # seconds, where waiting is all that it takes
            message["retry_after"] = self.detail["retry_after"]
        return message | ({"ref": ref} if ref is not None else {})
