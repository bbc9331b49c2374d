"""Ink's tunnels: a way to a knot, and ways back from its ends to what follows. See `calls`, which makes the ways back.

A tunnel under a condition, and a thread, stay where they are: what they show is told of (`embeds`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from storyengine.plot.formats.calls import GO_ON, Call, End, lead_back
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileChoice, FileScene


@dataclass(slots=True)
class Tunnels:
    """`into` is the scene into which a line has just led, and `out_of` the one that it left; "" while none has."""

    calls: list[Call] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    into: str = ""
    out_of: FileScene | None = None

    def enter(self, into: str, out_of: FileScene) -> None:
        self.into, self.out_of = into, out_of

    def leave(self, behind: str | None, line: int) -> None:
        """Go there, to come back `behind`; None where the story has nothing more to say."""
        way = FileChoice(GO_ON, None, self.into, source={"auto": True})
        if self.out_of:
            self.out_of.choices.append(way)
        self.calls.append(Call(way, behind, line))
        self.into, self.out_of = "", None

    def lead_back(self, scenes: Sequence[FileScene], report: Report) -> None:
        """Once every scene is made. What only threads and conditions lead to goes back to where nobody can say."""
        shown = {name for scene in scenes for name in scene.source.get("embeds", [])}
        for end in lead_back(scenes, self.calls, self.ends, report):
            if not shown:
                report.warn(end.line, "way.not_called", name=end.scene.name)
