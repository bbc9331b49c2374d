"""What Yarn 3 names and our language spells out: members of enums are texts, smart variables what they stand for."""

import re
from collections.abc import Iterable

from storyengine.plot.formats.yarn_nodes import Node

COMMAND = re.compile(r"(?<!\\)<<\s*(if|elseif|once|set|declare|enum|case|endenum)\b(.*?)>>")
DECLARED = re.compile(r"^\s*\$(\w+)\s*(?:=|\bto\b)\s*(.+?)\s*(?:\bas\s+\w+\s*)?$")
CASE = re.compile(r"^\s*(\w+)\s*(?:=\s*(.+?)\s*)?$")
TEXT = re.compile(r'("(?:[^"\\]|\\.)*")')
MEMBER = re.compile(r"(?<![\w.)\]])(\w*)\.([A-Za-z_]\w*)")
VARIABLE, COMPUTED = re.compile(r"\$(\w+)"), re.compile(r"\$\w|\w\s*\(")
ENUM = {"enum", "case", "endenum"}
MOST, DEEPEST = 2000, 12


def spell_out(nodes: Iterable[Node]) -> None:
    """Rewrite the commands and the `when` headers of all nodes; declarations of enums and smart variables go."""
    nodes = list(nodes)
    commands = [command for node in nodes for _, _, words in node.lines for command in COMMAND.finditer(words)]
    enums = _enums(commands)
    declared = (DECLARED.match(_members(command[2], enums)) for command in commands if command[1] == "declare")
    smart = {found[1]: found[2] for found in declared if found and COMPUTED.search(TEXT.sub("", found[2]))}
    if not (enums or smart):
        return

    def anew(command: re.Match[str]) -> str:
        name, given = command[1], _members(command[2], enums)
        declares = DECLARED.match(given) if name == "declare" else None
        if name in ENUM or (declares and declares[1] in smart):
            return ""
        target, sign, value = given.partition("=") if name in ("set", "declare") else ("", "", given)
        return f"<<{name}{target}{sign}{_whole(value, smart)}>>"

    for node in nodes:
        lines = ((number, indent, words, COMMAND.sub(anew, words)) for number, indent, words in node.lines)
        node.lines = [(number, indent, new) for number, indent, old, new in lines if new.strip() or not old.strip()]
        if "when" in node.headers:
            node.headers["when"] = _whole(_members(node.headers["when"], enums), smart)


def _enums(commands: Iterable[re.Match[str]]) -> dict[str, dict[str, str]]:
    """Enum -> member -> its value: its own, else its name as a text."""
    found, members = dict[str, dict[str, str]](), dict[str, str]()
    for command in commands:
        if command[1] == "enum":
            members = found.setdefault(command[2].strip(), {})
        elif command[1] == "case" and (case := CASE.match(command[2])):
            members[case[1]] = case[2] or f'"{case[1]}"'
    return found


def _members(source: str, enums: dict[str, dict[str, str]]) -> str:
    def value(member: re.Match[str]) -> str:
        asked = enums.get(member[1], {}) if member[1] else next((m for m in enums.values() if member[2] in m), {})
        return asked.get(member[2], member[0])

    pieces = TEXT.split(source) if enums else [source]
    pieces[::2] = [MEMBER.sub(value, piece) for piece in pieces[::2]]
    return "".join(pieces)


def _whole(source: str, smart: dict[str, str]) -> str:
    """The expression with every smart variable as what it stands for; one that stands for itself stays."""
    for _ in range(DEEPEST):
        pieces = TEXT.split(source)
        pieces[::2] = [VARIABLE.sub(lambda name: _stands_for(name, smart), piece) for piece in pieces[::2]]
        whole = "".join(pieces)
        if whole == source or len(whole) > MOST:
            break
        source = whole
    return source


def _stands_for(name: re.Match[str], smart: dict[str, str]) -> str:
    return f"({smart[name[1]]})" if name[1] in smart else name[0]
