"""What a scene or an open end is, in one word for programs and in words for people: map, outline and legend agree."""

from django.utils.translation import gettext as _

from storyengine.plot.chart import ChartChoice, ChartScene


def scene_state(scene: ChartScene) -> str:
    return "played" if scene.is_played else "written" if scene.is_written else "authored"


def end_state(choice: ChartChoice) -> str:
    """Of a choice that leads to no scene."""
    return "missing" if choice.target else "open"


def state_names() -> dict[str, str]:
    """Every state of a node in words, in the reader's language; the page, the outline and the legend say the same."""
    return {
        "authored": _("authored"),
        "written": _("written live"),
        "played": _("played"),
        "released": _("released"),
        "approved": _("approved"),
        "in_review": _("in review"),
        "changes": _("changes requested"),
        "writing": _("being written"),
        "failed": _("the writer gave up"),
        "missing": _("leads to a scene that is missing"),
        "open": _("open: nothing follows yet"),
        "folded": _("chapter"),
    }
