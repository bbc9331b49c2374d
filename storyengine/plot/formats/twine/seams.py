"""Where one branch of a condition ends and the next begins: both are shown here, and must not run together."""

import re

BETWEEN = {"elseif", "else", "case", "default", "next"}
LINK = re.compile(r"\]\]\]*$|>>$")
SWITCH = re.compile(r"<<switch\b[^<>]*>>$")
MARKS = "]'/*_ "  # what closes a hook or an emphasis
ENDS = '.!?…:;)。！？：；”"’'


def seam(text: str, start: int, end: int) -> str:
    """What is shown in the place of the macro between two branches.

    Nothing where they have lines of their own, the end of a line behind a sentence or a link, else a stroke.
    """
    before = text[max(start - 400, 0) : start].rstrip(" \t")
    said = before.rstrip(MARKS)
    if not said or said[-1] in "\n[" or SWITCH.search(before) or re.match(r"[ \t]*\[?[ \t]*\n", text[end : end + 80]):
        return ""
    if said[-1] in ENDS or (LINK.search(before) and ("[[" in said.rpartition("]]")[2] or before.endswith(">>"))):
        return "\n"
    following = text[end : end + 2].removeprefix("[")
    spaced = " " in (text[start - 1], before.rstrip(MARKS.rstrip())[-1])
    return f"{'' if spaced else ' '}/{'' if following.startswith(' ') else ' '}"


def first_seam(text: str, start: int, end: int) -> str:
    """The same before the first branch: a space where one sentence would touch the next."""
    touches = start and text[start - 1] in ENDS and re.match(r"\[\w", text[end : end + 2])
    return " " if touches else ""
