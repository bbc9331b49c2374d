"""Released text that turned out wrong: its correction goes out as a release of its own, and says so."""

from django.db import transaction

from audience import live, messages
from storyengine.editorial.models import Revision
from storyengine.editorial.release import release_correction, withdraw
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from storyengine.plot.path import current_step
from storyengine.showrun.log import log


def correct(revision_id: int) -> None:
    """Give the audience the corrected words of a scene, where it is, with the note that it was corrected."""
    with transaction.atomic():
        found = Revision.objects.get(pk=revision_id)
        performance = Performance.objects.claim(found.performance_id)
        if found.state != Revision.State.APPROVED:
            return
        try:
            made = release_correction(revision_id)
        except Refused as refused:
            withdraw([found], why=refused.code)  # another correction of the same text was first
            return
        log(performance, "scene.corrected", made.approved_by, scene=made.scene.key, note=made.note)
        step = current_step(performance)
        if step and step.scene_id == made.scene_id:
            live.publish(performance, messages.scene_corrected(step))
