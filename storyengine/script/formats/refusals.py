"""The refusal of a screenplay's file: why, by a code of `reasons.REASONS`, and on which line."""

from storyengine.errors import Refused
from storyengine.plot.formats.reasons import because


def unreadable(code: str, /, *, line: int = 0, **given: object) -> Refused:
    """The refusal to raise; `line` is from 1, and 0 where the fault is the whole file's."""
    fault = because(code, **given)
    return Refused("script.invalid", reason=because("at.line", line=line, fault=fault) if line else fault)
