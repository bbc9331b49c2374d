"""Snowman: JavaScript in <% %>, links in brackets and through story.show."""

import re

from storyengine.plot.formats.dialects import SNOWMAN, effects_of
from storyengine.plot.formats.twine.scan import Branches, Context, Link, Scan, hidden, link_at, literals

TOKEN = re.compile(r"\[\[|<%[=-]?|\bstory\.show\s*\(|data-passage\s*=\s*", re.IGNORECASE)
IF = re.compile(r"^\s*(\}?\s*else\s+)?if\s*\((.*)\)\s*\{\s*$", re.DOTALL)
STATEMENT = re.compile(r"^\s*s\.\w+\s*(?:=(?!=)|[-+*/]=|\+\+|--)[^{}]*$")


def scan_snowman(text: str, context: Context) -> Scan:
    """Links, embeds and statements of one passage; linear in its length."""
    scan, branches, at, asked = Scan(), Branches(SNOWMAN), 0, list[int]()
    covered = hidden(text)
    while match := TOKEN.search(text, at):
        at = covered.beyond(match.start())
        if at > match.start():
            continue
        if match[0] == "[[":
            at = link_at(text, match.start(), scan, branches.condition) or match.end()
        elif match[0].startswith("<%"):
            at = _code(text, match, scan, branches, context)
            scan.asked += [(asked.pop(), at) for _ in range(len(asked) - branches.depth)]
            asked += [match.start()] * (branches.depth - len(asked))
        else:
            at = match.end()
            _scripted(text, match, scan, branches)
    return scan


def _code(text: str, match: re.Match[str], scan: Scan, branches: Branches, context: Context) -> int:
    end = text.find("%>", match.end())
    if end < 0:
        return match.end()
    code = text[match.end() : end]
    condition = IF.match(code)
    if condition or re.fullmatch(r"\s*\}\s*else\s*\{\s*", code):
        scan.cuts.append((match.start(), end + 2))
    if condition and condition[1]:
        branches.otherwise(condition[2])
    elif condition:
        branches.open(condition[2])
        scan.keep(match.start(), "twine.conditional")
    elif re.fullmatch(r"\s*\}\s*else\s*\{\s*", code):
        branches.otherwise()
    elif code.strip() in ("}", "};"):
        branches.close()
        scan.cuts.append((match.start(), end + 2))
    elif all(STATEMENT.match(part) for part in code.split(";") if part.strip()):
        parts = [part for part in code.split(";") if part.strip()]
        scan.effects += effects_of(SNOWMAN, parts, condition=branches.condition).splitlines()
        scan.cuts.append((match.start(), end + 2))
    else:
        _other(match[0], code, match.start(), end + 2, scan, branches, context)
    return end + 2


def _other(sign: str, code: str, start: int, end: int, scan: Scan, branches: Branches, context: Context) -> None:
    """Any other code: what it shows and where it leads, as far as names stand in it. Only <%= and <%- show a value."""
    if sign == "<%":
        scan.cuts.append((start, end))
        scan.keep(start, "twine.script")
    else:
        scan.shown.append((start, end, f"{sign}{' '.join(code.split())}%>"))
        scan.keep(start, "twine.code")
    named = [name for name in dict.fromkeys(literals(code)) if name in context.names]
    if re.search(r"story\.(render|passage)|\.render\(", code):
        scan.embeds += named
    elif re.search(r"story\.show|\.show\(", code):
        scan.links += [Link(start, end, name, name, branches.condition, auto=True) for name in named]
    if re.search(r"\.show\(|\.render\(", code) and not named:
        scan.unknown.add("story.show")


def _scripted(text: str, match: re.Match[str], scan: Scan, branches: Branches) -> None:
    name = re.match(r"""\s*(?:"([^"<>\n]{1,200})"|'([^'<>\n]{1,200})')""", text[match.end() : match.end() + 220])
    if name is None:
        scan.unknown.add("story.show")
        return
    target = name[1] or name[2]
    opening = text.rfind("<a", max(0, match.start() - 300), match.start())
    after = re.match(r"[^>]*>([^<]*)</a>", text[match.end() : match.end() + 500])
    start = opening if opening >= 0 else match.start()
    end = match.end() + after.end() if after else match.end()
    scan.links.append(Link(start, end, (after[1].strip() if after else "") or target, target, branches.condition))
