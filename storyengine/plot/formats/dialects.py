"""Conditions and statements of other tools, into our language and back. What does not fit is kept, marked by its tool.

`harlowe: $bag contains "rope"` is such a mark: people read it, `conditions.py` finds it Unclear and guesses nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from storyengine.plot.expressions import (
    ALWAYS,
    WORDS,
    Expression,
    Spelling,
    Unclear,
    Value,
    parse,
    parse_effects,
    quote,
    tidy,
    tidy_effects,
    write,
)

STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')
MARKED = re.compile(r"^(?P<dialect>[a-z]+): (?P<text>.*)$", re.DOTALL)
DENIED = re.compile(r'not ([\w.]+(?:\("[^"]*"\))?)')
MAX_JOINED = 2000
HOLE = "\ue000"  # stands for a text while signs are translated around it
VARIABLE = "\ue001"  # stands before what the tool marks as a variable

WORDY = [(r"\beq\b|===|\bis\b", "=="), (r"\bneq\b|!==", "!="), (r"\bgte\b", ">="), (r"\blte\b", "<="),
         (r"\bgt\b", ">"), (r"\blt\b", "<")]  # fmt: skip
PLAIN_VALUE = rf"\$[\w.]+|true|false|\d[\d.]*|{HOLE}\d+{HOLE}"
SIGIL = (r"(?<![\w$])(?:\$(?=[^\W\d])|_(?=[A-Za-z]))", VARIABLE)
HAS = (rf"\bhasVisited\s*\(\s*({HOLE}\d+{HOLE})\s*\)", r"visited(\1)")
TIGHT = (r"\bnot\b", "!")  # where `not` binds tighter than a comparison


@dataclass(frozen=True, slots=True)
class Dialect:
    """Substitutions outside of texts, in order; with `sigils` every other word must be one of our language."""

    name: str
    signs: list[tuple[str, str]]
    sigils: bool = True
    spelling: Spelling = field(default_factory=Spelling)
    assignment: Callable[[str, str], str] = lambda name, value: f"{name} = {value}"
    guard: Callable[[str, str], str] = lambda condition, text: f"{text} if {condition}"
    own: Callable[[str], str] = lambda statement: statement  # a statement that only the tool knows, as it stands there


def condition_of(dialect: Dialect, source: str, *, scenes: Mapping[str, str] | None = None) -> str:
    """The condition in our language, or marked as the tool's own. `scenes`: words that mean visits (Ink)."""
    source = source.strip()
    try:
        found = parse(_translated(dialect, source, scenes or {}))
        return write(_asked(found) if scenes else found)
    except Unclear:
        return f"{dialect.name}: {' '.join(source.split())}"


def effects_of(
    dialect: Dialect, statements: list[str], *, condition: str = "", scenes: Mapping[str, str] | None = None
) -> str:
    """Statements in order, one a line, each in our language or marked; `condition` is one that `condition_of` gave."""
    lines = []
    for statement in statements:
        source = _statement(statement)
        try:
            line = tidy_effects(_translated(dialect, source, scenes or {}))
            lines.append(tidy_effects(f"{line} if {condition}") if condition else line)
        except Unclear:
            place = f" (if {_unmarked(condition)})" if condition else ""
            lines.append(f"{dialect.name}: {' '.join(statement.split())}{place}")
    return "\n".join(line for line in lines if line.strip())


def is_ours(text: str) -> bool:
    """Whether the engine can evaluate this condition."""
    try:
        parse(text)
    except Unclear:
        return False
    return True


def spell_condition(dialect: Dialect, condition: str) -> str | None:
    """A condition as the tool writes it; None where it is another tool's own."""
    marked = MARKED.match(condition)
    if marked:
        return marked["text"] if marked["dialect"] == dialect.name else None
    try:
        return write(parse(condition), dialect.spelling)
    except Unclear:
        return None


def spell_effects(dialect: Dialect, effects: str) -> Iterator[tuple[str, str | None]]:
    """(The statement in our words, as the tool writes it) for each line; None where it is another tool's own."""
    for line in filter(str.strip, effects.splitlines()):
        marked = MARKED.match(line)
        if marked and marked["dialect"] == dialect.name:
            yield line, _own(dialect, marked["text"])
            continue
        try:
            ((name, expression, condition),) = parse_effects(line)
        except Unclear:
            yield line, None
            continue
        text = dialect.assignment(dialect.spelling.name(name), write(expression, dialect.spelling))
        yield line, text if condition == ALWAYS else dialect.guard(write(condition, dialect.spelling), text)


def _own(dialect: Dialect, text: str) -> str:
    """A statement that `effects_of` marked, back in its place; the condition is ours, or the tool's own words too."""
    asked = re.fullmatch(r"(.*) \(if (.*)\)", text)
    if asked is None:
        return dialect.own(text)
    condition = spell_condition(dialect, asked[2])
    return dialect.guard(asked[2] if condition is None else condition, dialect.own(asked[1]))


def both(conditions: list[str]) -> str:
    """All of them; in our language if every one is, else marked by the first tool whose one is not."""
    conditions = [condition for condition in conditions if condition]
    if len(conditions) < 2:
        return "".join(conditions)
    joined = " and ".join(f"({_unmarked(condition)})" for condition in conditions)
    marks = [match["dialect"] for condition in conditions if (match := MARKED.match(condition))]
    return f"{marks[0]}: {joined}" if marks else _tidied(joined)


def _tidied(source: str) -> str:
    """In our language, unless joining has made it longer than that allows."""
    try:
        return tidy(source)
    except Unclear:
        return f"joined: {source[:MAX_JOINED]}"


def _unmarked(condition: str) -> str:
    marked = MARKED.match(condition)
    return marked["text"] if marked else condition


def negated(conditions: list[str]) -> str:
    """None of them: what `else` means after a chain."""
    found = []
    for condition in conditions:
        marked, denied = MARKED.match(condition), DENIED.fullmatch(condition)
        if denied:
            found.append(denied[1])
            continue
        found.append(f"{marked['dialect']}: not ({marked['text']})" if marked else _tidied(f"not ({condition})"))
    return both(found)


def _translated(dialect: Dialect, source: str, scenes: Mapping[str, str]) -> str:
    texts: list[str] = []

    def lift(match: re.Match[str]) -> str:
        texts.append(quote(re.sub(r"\\(.)", r"\1", match[0][1:-1])))
        return f"{HOLE}{len(texts) - 1}{HOLE}"

    if len(source) > 4000 or HOLE in source or VARIABLE in source:
        raise Unclear("too long")
    text = STRING.sub(lift, source)
    for pattern, sign in dialect.signs:
        text = re.sub(pattern, sign, text)
    if scenes:
        text = re.sub(r"(?<![\w.])(?!\d[\d.]*(?![\w.]))\w[\w.]*", lambda m: _visits(scenes, m[0]), text)
    bare = set(re.findall(rf"(?<![\w.{VARIABLE}])[^\W\d][\w.]*", text)) - WORDS
    if dialect.sigils and bare:
        raise Unclear(f"{min(bare)} is no variable")
    return re.sub(rf"{HOLE}(\d+){HOLE}", lambda match: texts[int(match[1])], text.replace(VARIABLE, ""))


def _asked(expression: Expression) -> Expression:
    """Where only yes or no is asked, a count of visits asks whether there was one."""
    match expression:
        case ("visits", _):
            return (">", expression, ("value", 0))
        case ("not", inner):
            return ("not", _asked(inner))
        case ("and" | "or" as sign, left, right):
            return (sign, _asked(left), _asked(right))
    return expression


def _visits(scenes: Mapping[str, str], word: str) -> str:
    return f"visits({quote(scenes[word])})" if word in scenes else word


def _statement(text: str) -> str:
    text = text.strip().rstrip(";").strip()
    counted = re.fullmatch(r"(?:(\+\+|--)\s*)?([\w.]+)\s*(\+\+|--)?", text)
    if counted and bool(counted[1]) != bool(counted[3]):
        return f"{counted[2]} {(counted[1] or counted[3])[0]}= 1"
    return text


def _spelled(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(value) if isinstance(value, str) else f"{value}"


def _dollar(name: str) -> str:
    return f"${name}"


HARLOWE = Dialect(
    "harlowe",
    [
        (rf"\(history:\s*\)\s*contains\s*({HOLE}\d+{HOLE})", r"visited(\1)"),
        (rf"({HOLE}\d+{HOLE})\s*is in\s*\(history:\s*\)", r"visited(\1)"),
        (rf"\(count:\s*\(history:\s*\)\s*,\s*({HOLE}\d+{HOLE})\s*\)", r"visits(\1)"),
        (r"\bis not\b(?! in\b| an?\b)", "!="), (r"\bis\b(?! in\b| an?\b|\s*[<>])", "=="), (r"\bis\s*(?=[<>])", ""),
        (r"\bto\b", "="),
        (rf"\bnot\s*(?=\(|visit|(?:{PLAIN_VALUE})\s*(?:$|\)|and\b|or\b))", "!"), (r"\bnot\b", "\ue002"), SIGIL,
    ],
    spelling=Spelling(
        signs={"==": "is", "!=": "is not"}, name=_dollar,
        visits=lambda scene: f"(count: (history:), {quote(scene)})",
        visited=lambda scene: f"((history:) contains {quote(scene)})",
    ),
    assignment=lambda name, value: f"(set: {name} to {value})",
    guard=lambda condition, text: f"(if: {condition})[{text}]", own=lambda statement: f"(set: {statement})",
)  # fmt: skip
SUGARCUBE = Dialect(
    "sugarcube",
    [
        (rf"\bvisited\s*\(\s*({HOLE}\d+{HOLE})\s*\)", r"visits(\1)"), HAS,
        (r"\bisnot\b|\bis not\b", "!="), TIGHT, *WORDY,
        (r"\bto\b", "="), SIGIL,
    ],
    spelling=Spelling(
        signs={"==": "is", "!=": "isnot", ">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}, name=_dollar,
        visits=lambda scene: f"visited({quote(scene)})", visited=lambda scene: f"hasVisited({quote(scene)})",
    ),
    assignment=lambda name, value: f"<<set {name} to {value}>>",
    guard=lambda condition, text: f"<<if {condition}>>{text}<</if>>", own=lambda statement: f"<<set {statement}>>",
)  # fmt: skip
NAMED, IS_NAMED = r"\bstory\.history", r"id => story\.passage\(id\)\.name"
TRAIL = rf"\bengine\.state\.get\({HOLE}\d+{HOLE}\)"
_JS = {"==": "===", "!=": "!==", "and": "&&", "or": "||", "not": "!"}
SNOWMAN = Dialect(
    "snowman",
    [
        (rf"{NAMED}\.filter\({IS_NAMED} === ({HOLE}\d+{HOLE})\)\.length", r"visits(\1)"),
        (rf"{NAMED}\.some\({IS_NAMED} === ({HOLE}\d+{HOLE})\)", r"visited(\1)"),
        (r"===", "=="), (r"!==", "!="), (r"\b(?:s|window\.story\.state|story\.state|State)\.(?=[A-Za-z_])", VARIABLE),
    ],
    spelling=Spelling(
        signs=_JS, name=lambda name: f"s.{name}",
        visits=lambda scene: f"story.history.filter(id => story.passage(id).name === {quote(scene)}).length",
        visited=lambda scene: f"story.history.some(id => story.passage(id).name === {quote(scene)})",
    ),
    assignment=lambda name, value: f"<% {name} = {value}; %>",
    guard=lambda condition, text: f"<% if ({condition}) {{ %>{text}<% }} %>", own=lambda code: f"<% {code}; %>",
)  # fmt: skip
CHAPBOOK = Dialect(
    "chapbook",
    [
        (rf"{TRAIL}\.filter\(name => name === ({HOLE}\d+{HOLE})\)\.length", r"visits(\1)"),
        (rf"{TRAIL}\.includes\(({HOLE}\d+{HOLE})\)", r"visited(\1)"),
        (r"===", "=="), (r"!==", "!="), (r"\b(?:passage|engine|story|random|browser|now|config)\.", "\ue002"),
    ],
    sigils=False,
    spelling=Spelling(
        signs=_JS, visits=lambda scene: f"engine.state.get('trail').filter(name => name === {quote(scene)}).length",
        visited=lambda scene: f"engine.state.get('trail').includes({quote(scene)})",
    ),
    assignment=lambda name, value: f"{name}: {value}",
    guard=lambda condition, text: re.sub(r"^([\w.]+):", lambda name: f"{name[1]} ({condition}):", text),
    own=lambda statement: statement.replace(" = ", ": ", 1),
)  # fmt: skip
INK = Dialect(
    "ink",
    [(r"\bmod\b", "%"), TIGHT],
    sigils=False,
    spelling=Spelling(visits=lambda scene: scene, visited=lambda scene: scene),
    assignment=lambda name, value: f"~ {name} = {value}",
    guard=lambda condition, text: f"{{ {condition}:\n    {text}\n}}",
    own=lambda statement: f"~ {statement}",
)
YARN = Dialect(
    "yarn",
    [(rf"\bvisited_count\s*\(\s*({HOLE}\d+{HOLE})\s*\)", r"visits(\1)"), TIGHT, *WORDY, (r"\bto\b", "="), SIGIL],
)
CHOICESCRIPT = Dialect(
    "choicescript", [(r"(?<![<>!=])=(?!=)", "=="), (r"\bmodulo\b", "%"), (r"[#&{}]", "\ue002")], sigils=False
)
PLAIN = Dialect("twine", [("", "\ue002")])
