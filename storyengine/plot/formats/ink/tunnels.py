"""Ink's tunnels: a way to a knot, and ways back from its ends to what follows. See `calls`, which makes the ways back.

Under a condition there is a second way, past the knot.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from storyengine.plot.formats.calls import GO_ON, Call, End, lead_back
from storyengine.plot.formats.ink.turns import covers
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileChoice, FileScene


@dataclass(slots=True)
class Tunnels:
    """`into`: where a line has just led, each with its condition; `out_of`: the scene that it left.

    `group` tells the braces, or the block, in which several tunnels stand: one of those is gone through.
    """

    calls: list[Call] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    into: list[tuple[str, str]] = field(default_factory=list)
    out_of: FileScene | None = None
    group: tuple[int, int] | None = None
    drawn: bool = False  # whether a lot decides

    def enter(
        self, into: str, out_of: FileScene, condition: str, group: tuple[int, int] | None, *, drawn: bool
    ) -> None:
        self.into.append((into, condition))
        self.out_of, self.group, self.drawn = out_of, group, self.drawn or drawn

    def leave_last(self, behind: str | None, line: int) -> None:
        """The last of several goes on elsewhere than the others."""
        rest, self.into = self.into[:-1], self.into[-1:]
        out_of, group, drawn = self.out_of, self.group, self.drawn
        self.leave(behind, line, passes=False)
        if rest:
            self.into, self.out_of, self.group, self.drawn = rest, out_of, group, drawn

    def leave(self, behind: str | None, line: int, *, passes: bool) -> None:
        """Go there, to come back `behind`; None where the story has nothing more to say.

        `passes`: where no condition holds the story goes on behind at once.
        """
        several = self.drawn or (len(self.into) > 1 and not any(condition for _, condition in self.into))
        source = {"auto": True} | ({"one_of": True} if several else {})
        ways = [FileChoice(GO_ON, None, *way, source=dict(source)) for way in self.into]
        self.calls += [Call(way, behind, line) for way in ways]
        if behind and passes and (self.drawn or not covers([way.condition for way in ways])):
            ways.append(FileChoice(GO_ON, None, behind, source=dict(source)))
        if self.out_of:
            self.out_of.choices += ways
        self.into, self.out_of, self.group, self.drawn = [], None, None, False

    def lead_back(self, scenes: Sequence[FileScene], report: Report) -> None:
        """Once every scene is made. What only threads lead to goes back to where nobody can say."""
        shown = {name for scene in scenes for name in scene.source.get("embeds", [])}
        for end in lead_back(scenes, self.calls, self.ends, report):
            if not shown:
                report.warn(end.line, "way.not_called", name=end.scene.name)
