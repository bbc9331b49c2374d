"""Yarn's files as nodes: headers, and lines with their numbers and indentation; comments and line tags apart."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from storyengine.plot.formats.report import Report

HEADER = re.compile(r"^\s*([A-Za-z_]\w*)\s*:\s*(.*?)\s*$")
OPTION = re.compile(r"^->\s*(.*)$")
LINK = re.compile(r"\[\[(?:((?:[^\[\]|]|\[[^\[\]]*\])*)\|)?\s*([^\[\]|]+?)\s*\]\](?:\s*<<\s*if\b(.*?)>>)?")
INSIDE = re.compile(rf"<<\s*(?:if\b|elseif\b|else\b|endif\b).*?>>|{LINK.pattern}")
LINE_TAG = re.compile(r"(?:\s+|(?<=>>))#[\w:.-]+\s*$")
COMMENT = re.compile(r"(?<![:/])//(.*)$")  # not the two slashes of an address
TURN = re.compile(r"->|=>|\[\[|<<\s*(?:if|elseif|else|once|jump|detour|stop|return)\b")


@dataclass(slots=True)
class Node:
    """`name` is the title, or a name of its own for the second and later ones of a group."""

    line: int
    headers: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[int, int, str]] = field(default_factory=list)  # number, indentation, words
    name: str = ""
    turns: bool = False  # whether a condition, an option or a jump has come


def nodes_of_json(text: str, report: Report) -> Iterator[Node]:
    """The form of Yarn's first editor: a list of nodes with title, tags, body and position."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise report.refuse_json(error) from error
    for each in found:
        if (
            not isinstance(each, dict)
            or not isinstance(each.get("body"), str)
            or not isinstance(each.get("title"), str)
        ):
            raise report.refuse(1, "yarn.node")
        at = each.get("position")
        place = f"{at.get('x')},{at.get('y')}" if isinstance(at, dict) else ""
        head = f"title: {' '.join(each['title'].split())}\nposition: {place}\ntags: {each.get('tags') or ''}\n---\n"
        for node in nodes_of(f"{head}{each['body']}\n===", report):
            node.lines = [(0, indent, words) for _, indent, words in node.lines]
            node.line = 0
            yield node


def nodes_of(text: str, report: Report) -> Iterator[Node]:
    node, inside = Node(1), False
    for number, line in enumerate(text.split("\n"), 1):
        words = line.strip()
        if not inside and words == "---":
            inside = True
            if not node.headers.get("title"):
                report.warn(number, "yarn.untitled")
                node.headers["title"] = f"Untitled node in line {number}"
        elif not inside and (header := HEADER.match(line)):
            node.line = number if header[1] == "title" else node.line
            also = node.headers.get("when") if header[1] == "when" else None
            node.headers[header[1]] = f"{also} && {header[2]}" if also else header[2]
        elif inside and words == "===":
            yield node
            node, inside = Node(number + 1), False
        elif inside and words:
            node.lines += _lines(node, number, line, report)
        elif not inside and (told := COMMENT.search(words)) and re.search(r"\w", told[1]):
            report.warn(number, "comment.left", words=told[1].strip()[:80])
    if inside:
        report.warn(node.line, "yarn.open_node", name=node.headers["title"])
        yield node


def _lines(node: Node, number: int, line: str, report: Report) -> Iterator[tuple[int, int, str]]:
    """A comment alone among a node's first words is a note; further on it would part what belongs together."""
    indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
    words = line.strip()
    comment = COMMENT.search(words)
    told = comment[1].strip() if comment else ""
    said = COMMENT.sub("", words).strip()
    if told and not said and not node.turns:
        yield number, indent, f"//{told}"
    elif re.search(r"\w", told):
        report.warn(number, "comment.left", words=told[:80])
    node.turns = node.turns or TURN.search(said) is not None
    if said:
        yield from ((number, indent, part) for part in _apart(_bare(said, number, report)))


def _apart(words: str) -> Iterator[str]:
    """A line with links of Yarn 1 or a whole <<if>> inside it, as the words and the rest that it is made of."""
    pattern, at = INSIDE if "<<endif>>" in words else LINK, 0
    for part in pattern.finditer(words) if not OPTION.match(words) else ():
        yield words[at : part.start()].strip()
        yield part[0]
        at = part.end()
    yield words[at:].strip()


def _bare(words: str, line: int, report: Report) -> str:
    """The line without its tags; those that only number it for translators are not worth a word."""
    while mark := LINE_TAG.search(words):
        if not mark[0].strip().startswith("#line:"):
            report.warn(line, "yarn.tag", words=mark[0].strip())
        words = LINE_TAG.sub("", words)
    return words
