"""A scene's heading as scripts write it: inside or outside, where, when."""

import re

from storyengine.plot.branch import MAX_HEADING

SLUGLINE = re.compile(r"(?:(?:INT|EXT|EST|INT\.?/EXT|EXT\.?/INT|I/E)\.? +|(?:内|外|内外)景[ .。:：·、]+)\S.*")
SETTING = re.compile(
    r"^(?P<setting>INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|I\.?/E|INT|EXT|EST|内景|外景|内外景|内|外)(?:[.．。]?\s*[:：]?\s+|[.．:：])",
    re.IGNORECASE,
)
TIMES = frozenset(
    "DAY NIGHT MORNING EVENING AFTERNOON DAWN DUSK NOON MIDNIGHT LATER CONTINUOUS SUNRISE SUNSET SAME "
    "日 夜 晨 傍晚 黄昏 清晨 白天 夜晚 凌晨 午后 早晨 中午".split()
)
SEPARATOR = re.compile(r"\s+[-–—―]+\s*|\s*[–—―]+\s+|\s*－\s*")


def is_slugline(line: str) -> bool:
    """Whether the line says inside or outside, in capitals, and where. It may be prose: stricter than `place_of`."""
    return len(line) <= MAX_HEADING and SLUGLINE.fullmatch(line) is not None


def place_of(heading: str) -> str:
    """Where a scene happens: its heading without INT. and EXT. and without the hour."""
    match = SETTING.match(heading)
    place = heading[match.end() :] if match else heading
    parts = [part for part in SEPARATOR.split(place) if part]
    if len(parts) > 1 and _is_time(parts[-1]):
        return place[: place.rindex(parts[-1])].rstrip(" -–—―－").strip()
    return place.strip() or heading.strip()


def time_of(heading: str) -> str:
    parts = SEPARATOR.split(heading)
    return parts[-1].strip() if len(parts) > 1 and _is_time(parts[-1]) else ""


def _is_time(part: str) -> bool:
    return part.strip() in TIMES or any(word.strip("().,") in TIMES for word in part.upper().split())
