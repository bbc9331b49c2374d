"""Ink's sequences over several lines, folded into the form on one line that means the same: `{First.|Then.}`.

A branch that leads away, computes or offers something is more than words: such a block stays as it is.
"""

import re

BLOCK = re.compile(
    r"^[ \t]*\{[ \t]*(?P<kind>(?:shuffle[ \t]+)?(?:stopping|cycle|once)|(?:(?:stopping|once)[ \t]+)?shuffle)"
    r"[ \t]*:[ \t]*\n"
    r"(?P<body>(?:[^{}|\n]*\n)+?)[ \t]*\}[ \t]*$",
    re.MULTILINE,
)
SIGNS = {"stopping": "$", "cycle": "&", "once": "!"}
MORE = re.compile(r"->|<-|<>|#|^[*+~=]|\\")


def fold(bare: str) -> tuple[str, dict[str, str]]:
    """The text with as many lines as before, and each folded sequence with the lines that it was."""
    blocks: dict[str, str] = {}

    def folded(block: re.Match[str]) -> str:
        branches: list[list[str]] = []
        for line in filter(None, map(str.strip, block["body"].split("\n"))):
            begins = line.startswith("-") and not line.startswith("->")
            words = line[1:].strip() if begins else line
            if MORE.search(words) or not (begins or branches):
                return block[0]
            branches += [[]] if begins else []
            branches[-1] += [words] if words else []
        said = [" ".join(branch) or " " for branch in branches]
        kind = set(block["kind"].split())
        sign = ("~" if "shuffle" in kind else "") + "".join(SIGNS[name] for name in kind - {"shuffle"})
        sign = "" if sign == "$" and ":" not in said[0] else sign
        line = f"{{{sign}{'|'.join(said)}}}"
        blocks[line] = block[0]
        return line + "\n" * block[0].count("\n")

    return BLOCK.sub(folded, bare), blocks
