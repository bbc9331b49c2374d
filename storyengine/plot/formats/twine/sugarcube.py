"""SugarCube: macros in double angle brackets; some hold a body up to their closing tag."""

import re

from storyengine.plot.formats.dialects import MARKED, SUGARCUBE, effects_of
from storyengine.plot.formats.twine.macros import (
    BACK,
    CHOSEN,
    EMBED,
    GOTO,
    KNOWN,
    MAX_MACRO,
    PASSAGE_LINKS,
    PICTURE,
    REVEAL,
    SILENT,
    UNSEEN,
    WORD,
    Body,
    anchored,
    bracket,
    macro_end,
    name_of,
    opens_or_closes,
    scripts,
    setter,
    split,
)
from storyengine.plot.formats.twine.scan import (
    URL,
    Branches,
    Context,
    Link,
    Scan,
    hidden,
    link_at,
    literals,
    split_link,
    to_the_letter,
)
from storyengine.plot.formats.twine.seams import BETWEEN, seam

TOKEN = re.compile(
    r"<<(/?)([A-Za-z_$][\w-]*|[-=])|\[\[|\[[<>]?img\[|<a\b[^<>]{0,500}data-passage\s*=\s*"
    r"""|\bEngine\.(?:play|goto|show)\s*\(\s*["'](?P<engine>[^"'\n]{1,200})["']""",
    re.IGNORECASE,
)
HEADING = re.compile(r"^!{1,6}(?=\s*\w)", re.MULTILINE)
STYLED = re.compile(r"@@(?:(?:[#.][\w-]+)+;|[\w-]+:[^;|@\n]+;)+|@@")
LEADING = re.compile(r"Engine\.(play|goto|show)|\bstate\.display")


def scan_sugarcube(text: str, context: Context) -> Scan:
    """Links, embeds and statements of one passage; linear in its length."""
    return _SugarCube(text, context).run()


def widgets(text: str, context: Context) -> frozenset[str]:
    """The macros that a passage defines and that lead nowhere: they are as good as known."""
    found = re.findall(r'<<widget\s+"?([\w-]+)"?[^>]*>>(.*?)<<(?:/|end)widget>>', text, re.DOTALL)
    return frozenset(name.lower() for name, body in found if scan_sugarcube(body, context).leads_nowhere)


class _SugarCube:
    def __init__(self, text: str, context: Context) -> None:
        self._text, self._context, self._scan = text, context, Scan()
        self._branches = Branches(SUGARCUBE)
        self._switches: list[tuple[str, int]] = []  # what each asks, "" for an if; where it stands
        self._bodies: list[Body] = []  # of the links that are open

    def run(self) -> Scan:
        covered = hidden(self._text, ("<!--", "/*", "/%", "{{{", '"""', "<script", "<style", "<nowiki"))
        comments = ("<!--", "/*", "/%")
        self._scan.cuts += [part for part in covered.stretches if self._text.startswith(comments, part[0])]
        self._scan.cuts += [match.span() for match in STYLED.finditer(self._text)]
        self._scan.cuts += [match.span() for match in HEADING.finditer(self._text)]
        for start, end in scripts(self._text):
            self._scan.cuts.append((start, end))
            self._scan.keep(start, "twine.script")
        at = 0
        while match := TOKEN.search(self._text, at):
            at = covered.beyond(match.start())
            if at == match.start():
                at = self._token(match)
        while self._bodies and self._bodies[-1].reveals:
            self._close_body(self._bodies.pop())
        to_the_letter(self._text, covered.stretches, self._scan)
        return self._scan

    def _token(self, match: re.Match[str]) -> int:
        if match[0] == "[[":
            return self._link(match.start()) or match.end()
        if match["engine"]:
            if match["engine"] in self._context.names:
                self._add(*match.span(), match["engine"], match["engine"], auto=True)
            return match.end()
        if match[0].endswith("img["):
            return self._image(match.start()) or match.end()
        if match[0].startswith("<a"):
            end, label, target = anchored(self._text, match.end())
            self._add(match.start(), end, label, target)
            return end
        end = macro_end(self._text, match.end())
        if end < 0:
            return match.end()
        slash, name = opens_or_closes(match[1], match[2].lower())
        self._macro(slash, name, self._text[match.end() : end].strip(), match.start(), end + 2)
        return end + 2

    def _link(self, start: int) -> int:
        end = link_at(self._text, start, self._scan, self._branches.condition, read=setter)
        if end and self._scan.links and self._scan.links[-1].start == start:
            self._check_target(self._scan.links[-1])
        return end

    def _check_target(self, link: Link) -> None:
        """A target in code is not a name: `$next`, `"a" + $b`."""
        if link.target not in self._context.names and re.match(r"[$_]\w|.*[\"'+(]", link.target):
            self._scan.links.remove(link)
            self._scan.unknown.add(f"link to {link.target[:40]}")
            named = [*dict.fromkeys(n for n in literals(link.target) if n in self._context.names)]
            self._scan.links += [
                Link(link.start, link.end, link.label, name, link.condition, link.effects) for name in named
            ]
            if not named and link.label != link.target and self._text.startswith("[[", link.start):
                self._scan.shown.append((link.start, link.end, link.label))

    def _image(self, start: int) -> int:
        """[img[title|source][target][setter]]"""
        end = self._text.find("]]", start, start + MAX_MACRO)
        if end < 0:
            return 0
        parts = self._text[self._text.index("img[", start) + 4 : end].split("][")
        if len(parts) > 1 and not URL.match(parts[1]):
            label = split_link(parts[0])[0] if "|" in parts[0] else parts[1]
            self._add(start, end + 2, label, parts[1], setter(parts[2]) if len(parts) > 2 else "")
        else:
            self._scan.cuts.append((start, end + 2))
            self._scan.keep(start, "twine.picture")
        return end + 2

    def _add(self, start: int, end: int, label: str, target: str, effects: str = "", *, auto: bool = False) -> None:
        if target.strip() and not URL.match(target):
            link = Link(start, end, label.strip(), target.strip(), self._branches.condition, effects, auto)
            self._scan.links.append(link)
            self._check_target(link)

    def _macro(self, slash: str, name: str, given: str, start: int, end: int) -> None:
        if name in BETWEEN and not slash:
            self._scan.shown.append((start, end, seam(self._text, start, end)))
        elif name in SILENT or (slash and name in KNOWN | PASSAGE_LINKS | REVEAL):
            self._scan.cuts.append((start, end))
            if name in ("append", "prepend", "replace") and not slash:
                self._scan.keep(start, "twine.more", f"<<{name}>>")
        if slash:
            self._close(name, end)
        elif name in ("if", "switch"):
            self._branches.open(given if name == "if" else "")
            self._switches.append(("" if name == "if" else given, start))
            self._scan.keep(start, "twine.conditional")
        elif name in ("elseif", "else"):
            self._branches.otherwise(given.removeprefix("if ") if name == "elseif" or given.startswith("if ") else "")
        elif name in ("case", "default"):
            self._case(name, given)
        elif name == "set":
            self._scan.cuts.append((start, end))
            self._do(given)
        elif name in PASSAGE_LINKS | GOTO | BACK | EMBED | REVEAL | {"actions", "choice"}:
            self._passage_macro(name, given, start, end)
        elif name not in KNOWN and name not in self._context.macros:
            self._scan.unknown.add(name)
        elif name in CHOSEN and (found := CHOSEN[name].match(self._text, end)):
            self._scan.shown.append((start, found.end(), found[1] or found[2]))
            self._scan.keep(start, "twine.more", f"<<{name}>>")
        elif name in UNSEEN:
            self._unseen(name, given, start, end)
        elif name == "script" and LEADING.search(given):
            self._scripted(given, start, end)

    def _unseen(self, name: str, given: str, start: int, end: int) -> None:
        """A statement of <<run>> counts as one of <<set>>; where it leads is looked for in its words."""
        self._scan.cuts.append((start, end))
        if name == "run" and LEADING.search(given):
            self._scripted(given, start, end)
            return
        lines = effects_of(SUGARCUBE, split(given)) if name == "run" else ""
        if lines and not any(MARKED.match(line) for line in lines.splitlines()):
            self._do(given)
        else:
            self._scan.keep(start, "twine.script")

    def _do(self, given: str) -> None:
        for body in self._bodies[-1:]:
            body.effects += self._statements(given, body.depth)
        around = [body for body in self._bodies if not body.reveals]
        if not self._bodies or self._bodies[-1].reveals:
            lines = self._statements(given, around[-1].depth if around else 0)
            (self._bodies[-1].aside if self._bodies else self._scan.effects).extend(lines)

    def _statements(self, given: str, depth: int) -> list[str]:
        return effects_of(SUGARCUBE, split(given), condition=self._branches.since(depth)).splitlines()

    def _close(self, name: str, end: int) -> None:
        if name in ("if", "switch"):
            self._branches.close()
            if self._switches:
                self._scan.asked.append((self._switches.pop()[1], end))
        elif name in PASSAGE_LINKS | REVEAL and self._bodies and self._bodies[-1].reveals == (name in REVEAL):
            self._close_body(self._bodies.pop())

    def _close_body(self, body: Body) -> None:
        links = self._scan.links[body.first :]
        leads = any(link.start == body.start for link in links)
        if not leads:
            self._scan.shown.append((body.start, body.end, body.label + body.joint))
        if body.reveals and not leads:
            around = self._bodies[-1] if self._bodies else None
            rest = self._scan.effects if around is None else around.aside if around.reveals else around.effects
            rest += body.aside
            return
        for link in links if body.effects else ():
            link.effects = "\n".join([*filter(None, [link.effects]), *body.effects])

    def _case(self, name: str, given: str) -> None:
        if not (asked := self._switches[-1][0] if self._switches else ""):
            return
        values = [word for word in WORD.findall(given) if word.strip(",")]
        source = " or ".join(f"({asked}) == {value}" for value in values) if name == "case" else ""
        self._branches.otherwise(source)

    def _passage_macro(self, name: str, given: str, start: int, end: int) -> None:
        words = WORD.findall(given)
        if name in PASSAGE_LINKS:
            self._link_macro(words, start, end)
        elif name in REVEAL:
            self._reveal(name, words[0] if words else "", start, end)
        elif name in EMBED:
            bracketed = bracket(words[0]) if words else None
            target = split_link(bracketed)[1].strip() if bracketed else (name_of(words[0]) if words else None)
            self._scan.embeds += [target] if target else []
            self._scan.keep(start, "twine.embeds")
            if target is None:
                self._scan.unknown.add(name)
        elif name in BACK and not any(bracket(word) for word in words) and len(words) < 2:
            self._scan.shown.append((start, end, (name_of(words[0]) if words else "") or name.capitalize()))
            self._scan.keep(start, "twine.back", f"<<{name}>>")
        elif name == "actions":
            for word in words:
                self._to(word, None, start, end)
        elif words:
            # <<goto passage>>, <<choice passage text>>, <<return text passage>>
            body = self._bodies[-1] if self._bodies and name in GOTO else None
            label, place = (body.label, (body.start, body.end)) if body else (None, (start, end))
            if body:
                self._scan.cuts.append((start, end))
            first, rest = (words[-1], words[:-1]) if name in BACK else (words[0], words[1:])
            self._to(first, label or (name_of(rest[0]) if rest else None), *place, auto=body is None and name in GOTO)

    def _reveal(self, name: str, label: str, start: int, end: int) -> None:
        """What is clicked stays in the text, or makes room for more: both are shown here, and must not touch."""
        words = "" if PICTURE.match(label) else (name_of(label) or label)
        joint = seam(f"{words}{self._text[end : end + 80]}", len(words), len(words)) if name == "linkreplace" else ""
        first = len(self._scan.links)
        self._bodies.append(Body(words, start, end, first, self._branches.depth, reveals=True, joint=joint))
        self._scan.keep(start, "twine.more", f"<<{name}>>")

    def _link_macro(self, words: list[str], start: int, end: int) -> None:
        self._bodies.append(Body("", start, end, len(self._scan.links), self._branches.depth))
        first = words[0] if words else ""
        label = "" if PICTURE.match(first) or bracket(first) else (name_of(first) or first)
        if PICTURE.match(first):
            self._scan.keep(start, "twine.picture")
        if bracket(first):
            self._to(first, None, start, end)
        elif len(words) > 1:
            self._to(words[1], label, start, end)
        self._bodies[-1].label = label

    def _to(self, word: str, label: str | None, start: int, end: int, *, auto: bool = False) -> None:
        inner = bracket(word)
        if inner is not None:
            found = Scan()
            link_at(f"[[{inner}]]", 0, found, "", read=setter)
            for link in found.links:
                self._add(start, end, label or link.label, link.target, link.effects, auto=auto)
            return
        name = name_of(word)
        if name is None:
            self._scan.unknown.add(f"goto {word[:40]}")
            for each in dict.fromkeys(n for n in literals(word) if n in self._context.names):
                self._add(start, end, label or each, each, auto=auto)
        else:
            self._add(start, end, label or name, name, auto=auto)

    def _scripted(self, code: str, start: int, end: int) -> None:
        for target in literals(code):
            if target in self._context.names:
                self._add(start, end, target, target, auto=True)
        self._scan.unknown.add("Engine.play")
