"""What the checks find in a story, at the scene where it stands: for the map's flags and the panels beside it."""

from storyengine.plot.check import ERROR, RANK, WARNING, Finding, by_scene, check
from storyengine.plot.graph import Graph


def findings_of(graph: Graph) -> dict[int, list[Finding]]:
    """By scene, each scene's gravest first."""
    return by_scene(check(graph))


def flags_of(graph: Graph) -> dict[int, str]:
    """By scene, how grave the gravest of its errors and warnings is; notes fly no flag."""
    found = {
        scene: min((f.severity for f in those), key=RANK.__getitem__) for scene, those in findings_of(graph).items()
    }
    return {scene: severity for scene, severity in found.items() if severity in (ERROR, WARNING)}
