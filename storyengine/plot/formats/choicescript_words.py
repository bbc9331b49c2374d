"""ChoiceScript's words: the commands that make no scene, names, arrays, and its signs for emphasis."""

import re
from collections.abc import Iterator

from storyengine.plot.formats.prose import spaced_out

MARKS = re.compile(r"\[(/?)(b|i|n/?)\]", re.IGNORECASE)
IN_QUOTES = re.compile(r'"(?:[^"\\]|\\.)*"|[^"]+')
ELEMENT = re.compile(r"\b([a-z]\w*)\[(\d+)\]")
VALUE = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')
PERCENT = re.compile(r"([a-z]\w*)?\s*%([+-])\s*(\w+)$")
MAX_ARRAY = 500
QUIET = {
    "line_break", "title", "create", "scene_list",
    "achievement", "achieve", "check_achievements", "sound", "image", "text_image", "params", "save_game",
    "restore_game", "stat_chart", "show_password", "check_purchase", "purchase", "restart",
    "ifid", "product", "looplimit", "advertisement", "check_registration", "login", "reset", "delay_break",
    "delay_ending", "more_games", "subscribe", "share_this_game", "save_checkpoint", "restore_checkpoint",
    "kindle_image", "youtube", "bug", "feedback", "hide_reuse", "allow_reuse", "disable_reuse", "config",
    "timer", "track_event", "update_achievement",
}  # fmt: skip
# Of those, what says nothing about the story.
SILENT = {
    "line_break", "scene_list", "product", "looplimit", "config",
    "delay_break", "delay_ending", "track_event", "bug", "feedback", "params",
}  # fmt: skip


def elements(given: str) -> Iterator[str]:
    """`name 3 1 2 3` as what is given to name_1, name_2, name_3 and name_count."""
    name, count, *values = VALUE.findall(given) if len(given.split()) > 1 else ("", "")
    if not count.isdecimal() or int(count) > MAX_ARRAY:
        return
    for number in range(1, int(count) + 1):
        value = values[number - 1] if number <= len(values) else values[0] if values else "0"
        yield f"{name}_{number} {value}"
    yield f"{name}_count {count}"


def fair(variable: str, value: str) -> str:
    """ChoiceScript's percents, `%+ 10`, in sums: a part of what is still missing to 100, or of what is there."""
    found = PERCENT.match(value)
    if found is None:
        return value
    name, sign, part = found[1] or variable, found[2], found[3]
    rest, most = (f"(100 - {part})", f"100 * {part}") if not part.isdecimal() else (100 - int(part), 100 * int(part))
    whole = f"{name} * {rest} + {most}" if sign == "+" else f"{name} * {rest}"
    down, up = f"({whole}) % 100", f"(100 - ({whole}) % 100) % 100"
    return f"({whole} - {down}) / 100" if sign == "+" else f"({whole} + {up}) / 100"


def low(source: str) -> str:
    """Names of variables in lower case, which are one with those in upper, a numbered element under its own name.

    Texts stay as they are.
    """
    return IN_QUOTES.sub(lambda part: part[0] if part[0][0] == '"' else ELEMENT.sub(r"\1_\2", part[0].lower()), source)


def plain(words: str) -> str:
    return MARKS.sub("", words).strip()


def signs(words: str) -> str:
    """Emphasis in tags; what is never closed ends with the words, what was never opened is none."""
    opened = list[str]()

    def sign(mark: re.Match[str]) -> str:
        name = mark[2].lower()
        if name.startswith("n"):
            return " "
        if not mark[1]:
            opened.append(name)
        elif name in opened:
            opened.remove(name)
        else:
            return ""
        return f"<{mark[1]}{name}>"

    tags = MARKS.sub(sign, words)
    return spaced_out(tags + "".join(f"</{name}>" for name in reversed(opened))).strip() or "…"
