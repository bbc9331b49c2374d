"""What the audit log and the context viewer call things, in the reader's language; files keep the codes."""

from django.utils.translation import gettext_lazy as _

from storyengine.editorial.models import Revision
from storyengine.editorial.reasons import CODES

DEEDS = {
    "opened": _("came to the desk"), "begun": _("begun by hand"), "saved": _("saved"), "approved": _("approved"),
    "changes": _("sent back"), "rejected": _("rejected"), "recalled": _("approval taken back"),
    "overruled": _("let a check pass"), "released": _("released"), "withdrawn": _("withdrawn"),
    "correction_begun": _("began a correction"), "claimed": _("took it"), "taken_over": _("took it over"),
    "let_go": _("let it go"), "handed_over": _("handed it over"), "profile_set": _("set the profile of the checks"),
    "performance_removed": _("removed a performance that had not begun"),
    "fact_kept": _("decided on a fact at a merge"), "desk_rules_set": _("set the rules of the desk"),
    "adapter_switched": _("switched the writer’s adapter"),
}  # fmt: skip
SEGMENTS = {
    "rules": _("rules"), "bible": _("the story’s bible"),
    "outline": _("where the story should go"), "lore": _("lore that this speaks of"),
    "memory": _("what happened so far"),
    "facts": _("what is true now"), "threads": _("questions still open"), "scene": _("the last scene, whole"),
    "audience": _("what the audience asked for"), "choice": _("the choice"), "request": _("what is to be written"),
}  # fmt: skip


def deed(action: str) -> str:
    return str(DEEDS.get(action, action))


def state_name(state: str) -> str:
    return str(Revision.State(state).label) if state in Revision.State.values else state


def reason_names(codes: list[str]) -> str:
    return ", ".join(str(CODES[code].label) if code in CODES else code for code in codes)


def segment_name(name: str) -> str:
    return str(SEGMENTS.get(name, name))
