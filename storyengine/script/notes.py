"""What happened while a script was played, as notes in it and as an appendix after it."""

from collections.abc import Iterator
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

from storyengine.plot.branch import UNPLAYED, BranchBeat, spelled_out
from storyengine.script.screenplay import Options, Played, Screenplay, ScriptScene

HIDDEN = UNPLAYED - {"page_break"}


def annotated(script: Screenplay, options: Options, *, is_page: bool) -> Screenplay:
    """The script with the notes and the appendix that the options ask for, and without those that they do not.

    On a page (`is_page`) the script's own notes, sections and synopses are left out unless they are asked for;
    formats for writers keep them, because there they never print.
    """
    scenes = script.scenes
    if is_page:
        shown = scenes if options.notes else (_without_marks(scene) for scene in scenes)
        scenes = tuple(_spelled_out(scene) for scene in shown)
    with override(script.language or "en"):
        if script.played:
            pairs = zip(scenes, script.played, strict=True)
            scenes = tuple(_noted(scene, played, options) for scene, played in pairs)
        if options.appendix and script.played:
            scenes = (*scenes, _appendix(script))
    return replace(script, scenes=scenes)


def _without_marks(scene: ScriptScene) -> ScriptScene:
    before = tuple(beat for beat in scene.beats[: scene.before] if beat.kind not in HIDDEN)
    after = tuple(beat for beat in scene.beats[scene.before :] if beat.kind not in HIDDEN)
    return replace(scene, beats=(*before, *after), before=len(before))


def _spelled_out(scene: ScriptScene) -> ScriptScene:
    """What is only shown in capitals, written in them; cues are in capitals on every page."""
    heading, styles = spelled_out(scene.heading, scene.heading_styles)
    beats = []
    for beat in scene.beats:
        text, runs = spelled_out(beat.text, beat.styles)
        beats.append(replace(beat, text=text, styles=runs))
    return replace(scene, heading=heading, heading_styles=styles, beats=tuple(beats))


def _noted(scene: ScriptScene, played: Played, options: Options) -> ScriptScene:
    lines = []
    if options.choices and played.offers:
        lines.append(_choices(played))
    if options.approvals and played.approved_by:
        lines.append(_approval(played))
    notes = tuple(BranchBeat("note", line) for line in lines)
    return replace(scene, beats=(*scene.beats, *notes)) if notes else scene


def _choices(played: Played) -> str:
    """The offers with their votes, and which was taken."""
    offers = " / ".join(_offer(offer.label, offer.votes) for offer in played.offers)
    taken = next((offer.label for offer in played.offers if offer.was_taken), "")
    text = gettext("Choice: %(offers)s.") % {"offers": offers}
    if taken:
        text += " " + gettext("Taken: %(label)s.") % {"label": taken}
    return f"{text} {played.decided_by}".rstrip() if played.decided_by else text


def _offer(label: str, votes: int | None) -> str:
    if votes is None:
        return label
    counted = ngettext("%(votes)d vote", "%(votes)d votes", votes) % {"votes": votes}
    return f"{label} ({counted})"


def _approval(played: Played) -> str:
    text = gettext("Approved by %(person)s.") % {"person": played.approved_by}
    if played.written_by:
        text += " " + gettext("Written by %(writer)s.") % {"writer": played.written_by}
    return text


def _appendix(script: Screenplay) -> ScriptScene:
    """As it was played: when each scene began, how the house voted, and what it said, on pages of its own."""
    beats = [BranchBeat("page_break", ""), BranchBeat("centred", gettext("AS IT WAS PLAYED"))]
    for position, (scene, played) in enumerate(zip(script.scenes, script.played, strict=True), 1):
        beats += [BranchBeat("action", text) for text in _entry(position, scene, played)]
    return ScriptScene("", "", tuple(beats))


def _entry(position: int, scene: ScriptScene, played: Played) -> Iterator[str]:
    head = f"{scene.number or position}. {scene.heading}"
    if played.entered_at:
        head += f", {timezone.localtime(played.entered_at):%Y-%m-%d %H:%M:%S}"
    lines = [head]
    if played.question:
        lines.append(played.question)
    if played.offers:
        lines.append(_choices(played))
    if played.approved_by:
        lines.append(_approval(played))
    yield "\n".join(lines)
    if played.words:
        yield "\n".join(f"– {words}" for words in played.words)
