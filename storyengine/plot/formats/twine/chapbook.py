"""Chapbook: variables above a line of two hyphens, inserts in braces, modifiers in brackets on a line of their own."""

import re

from storyengine.plot.formats.dialects import CHAPBOOK, condition_of, effects_of
from storyengine.plot.formats.twine.scan import Branches, Context, Link, Scan, hidden, link_at, literals, quoted
from storyengine.plot.formats.twine.seams import seam

TOKEN = re.compile(
    r"""\[\[|(?<![\w.])go\(\s*(?P<quote>['"])(?P<go>[^'"\n]{1,200})(?P=quote)\s*\)"""
    r"|\{(?P<insert>[A-Za-z][\w ]*?)(?=[:,}])|^\[(?!\[)(?P<modifier>(?:[^\[\]\n]|\[[^\[\]\n]*\])+)\][ \t]*$",
    re.MULTILINE,
)
VARIABLE = re.compile(r"^([A-Za-z_][\w.]*)\s*(?:\((.*)\))?\s*:\s*(.*)$")
KNOWN = (
    "embed image", "embed ambient sound", "embed sound", "embed sound effect", "embed flickr", "embed flickr image",
    "embed unsplash", "embed unsplash image", "embed youtube video", "embed youtube", "ambient sound", "sound effect",
    "no ambient sound", "cycling link", "cycling link for", "dropdown menu", "dropdown menu for", "text input",
    "text input for", "theme switcher",
)  # fmt: skip
CHOSEN = {"cycling link", "cycling link for", "dropdown menu", "dropdown menu for"}  # they show their first text
UNSHOWN = re.compile(r"(?:css|javascript|js|note|n\.?b\.?|fixme|todo)\b", re.IGNORECASE)
MODIFIER = re.compile(r"^\[(?!\[)(?:[^\[\]\n]|\[[^\[\]\n]*\])+\][ \t]*$", re.MULTILINE)
GO = re.compile(r"""(?<![\w.])go\(\s*(['"])([^'"\n]{1,200})\1\s*\)""")
QUIET = re.compile(r"(?:align|note|n\.?b\.?|fixme|todo|css|javascript|js|css|append|ignore)\b", re.IGNORECASE)


def scan_chapbook(text: str, context: Context) -> Scan:
    """Links, embeds and statements of one passage; linear in its length."""
    scan = Scan()
    body = _variables(text, scan)
    covered, at, branches, chain = hidden(text), body, Branches(CHAPBOOK), list[str]()
    while match := TOKEN.search(text, at):
        at = covered.beyond(match.start())
        if at > match.start():
            continue
        if match[0] == "[[":
            at = link_at(text, match.start(), scan, branches.condition) or match.end()
        elif match["go"]:
            at = match.end()
            scan.links.append(Link(*match.span(), match["go"], match["go"], branches.condition, auto=True))
        elif match["modifier"]:
            at = match.end()
            chain = _modifier(match, scan, branches, chain)
            at = _unshown(text, at, scan) if UNSHOWN.match(match["modifier"].strip()) else at
        else:
            at = _insert(text, match, scan, branches, context)
    return scan


def _variables(text: str, scan: Scan) -> int:
    """The part above `--`: one variable a line. Returns where the text begins."""
    divider = re.search(r"^--$\n?", text, re.MULTILINE)
    if divider is None:
        return 0
    for line in text[: divider.start()].splitlines():
        found = VARIABLE.match(line.strip())
        if found is None:
            continue
        name, condition, value = found.groups()
        if not name.startswith("config."):
            when = condition_of(CHAPBOOK, condition) if condition else ""
            scan.effects += effects_of(CHAPBOOK, [f"{name} = {value}"], condition=when).splitlines()
    scan.cuts.append((0, divider.end()))
    return divider.end()


def _modifier(match: re.Match[str], scan: Scan, branches: Branches, chain: list[str]) -> list[str]:
    """A condition holds until the next modifier; `[else]` belongs to the one before it."""
    while branches.depth:
        chain = branches.close()
    for words in (part.strip() for part in match["modifier"].split(";")):
        verb, _, rest = words.partition(" ")
        verb = verb.lower()
        if verb in ("if", "unless"):
            branches.open(rest, negate=verb == "unless")
        elif verb in ("ifalways", "ifnever"):
            branches.open("true" if verb == "ifalways" else "false")
        elif verb == "else":
            branches.reopen(chain)
        elif verb not in ("after", "continue", "cont", "cont'd", "continued") and not QUIET.match(words):
            scan.unknown.add(f"[{words[:40]}]")
        if verb in ("if", "unless", "else"):
            following = MODIFIER.search(match.string, match.end())
            scan.asked.append((match.start(), following.start() if following else len(match.string)))
            scan.keep(match.start(), "twine.conditional")
    scan.cuts.append(match.span())
    return chain


def _unshown(text: str, at: int, scan: Scan) -> int:
    """Code, or what the writer notes for himself, up to the next modifier. Returns where that stands."""
    following = MODIFIER.search(text, at)
    end = following.start() if following else len(text)
    scan.links += [Link(*way.span(), way[2], way[2], "", auto=True) for way in GO.finditer(text, at, end)]
    if text[at:end].strip():
        scan.cuts.append((at, end))
        scan.keep(at, "twine.unshown")
    return end


def _insert(text: str, match: re.Match[str], scan: Scan, branches: Branches, context: Context) -> int:
    end = text.find("}", match.end(), match.end() + 2000)
    if end < 0:
        return match.end()
    name, given = " ".join(match["insert"].lower().split()), text[match.end() : end].lstrip(": ,")
    target, label = _passage(given if text[match.end()] == ":" else f"passage: {given}"), _member(given, "label")
    if name in ("embed passage", "embed passage named"):
        scan.embeds += [target] if target else []
        if not target:
            scan.unknown.add("embed passage")
        scan.keep(match.start(), "twine.embeds")
    elif name in ("reveal link", "link to"):
        target = _passage(given) if name == "link to" else _member(given, "passage")
        label = quoted(given.split(",")[0]) if name == "reveal link" else label
        if target:
            scan.links.append(Link(match.start(), end + 1, label or target, target, branches.condition))
        elif label and (more := _member(given, "text")):
            joint = seam(f"{label}{more}", len(label), len(label))
            scan.shown.append((match.start(), end + 1, f"{label}{joint}{more}"))
            scan.keep(match.start(), "twine.more", f"{{{name}}}")
    elif name in ("restart link", "back link"):
        scan.shown.append((match.start(), end + 1, label or name.removesuffix(" link").capitalize()))
        scan.keep(match.start(), "twine.back", f"{{{name}}}")
    elif name in CHOSEN and (texts := literals(given.partition("choices")[2])):
        scan.shown.append((match.start(), end + 1, texts[0]))
        scan.keep(match.start(), "twine.more", f"{{{name}}}")
    elif " " in name and name not in KNOWN:
        scan.unknown.add(name)
    return end + 1


def _passage(given: str) -> str | None:
    found = literals(given)
    return found[0] if found else None


def _member(given: str, name: str) -> str | None:
    found = re.search(rf"\b{name}\s*:\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')", given)
    return quoted(found[1]) if found else None
