"""A scene's rows as the text of a passage, in the dialect of the story: what `prose.py` and the scanners read back."""

import re
from collections.abc import Iterator

from storyengine.plot.branch import SPOKEN
from storyengine.plot.expressions import write_value
from storyengine.plot.formats.dialects import (
    CHAPBOOK,
    HARLOWE,
    SNOWMAN,
    SUGARCUBE,
    Dialect,
    spell_condition,
    spell_effects,
)
from storyengine.plot.formats.prose import beats_of_line, speech_of
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene, FileStory
from storyengine.plot.headings import is_slugline

DIALECTS = {"harlowe": HARLOWE, "sugarcube": SUGARCUBE, "snowman": SNOWMAN, "chapbook": CHAPBOOK}
SIGNS = {"bold": ("''", "''"), "italic": ("//", "//"), "underline": ("<u>", "</u>"), "strikeout": ("<s>", "</s>")}
MARKDOWN = {"bold": ("**", "**"), "italic": ("*", "*"), "underline": ("<u>", "</u>"), "strikeout": ("<s>", "</s>")}


def passage_text(scene: FileScene, names: dict[str, str], dialect: str, report: Report) -> str:
    """Statements, then the heading if it is a slugline, then beats, then one link a line."""
    spoken = DIALECTS.get(dialect, HARLOWE)
    effects = list(spell_effects(spoken, scene.effects))
    if len(effects) < len([line for line in scene.effects.splitlines() if line.strip()]):
        report.warn(0, "out.statement", name=names[scene.key], words=scene.effects[:80])
    signs = MARKDOWN if spoken in (SNOWMAN, CHAPBOOK) else SIGNS
    blocks = ["\n".join([*effects, "--"]) if spoken is CHAPBOOK else "".join(effects)] if effects else []
    blocks += [scene.heading] if is_slugline(scene.heading) and scene.heading != names[scene.key] else []
    blocks += _lines([beat for beat in scene.beats if beat.kind != "page_break"], signs, names[scene.key], report)
    links = [_link(choice, names, spoken, report) for choice in scene.choices]
    return "\n\n".join([*blocks, *(["\n".join(links)] if links else [])])


def start_values(story: FileStory) -> str:
    """The variables at the start, for a passage that Harlowe runs before the first."""
    return "\n".join(
        HARLOWE.assignment(HARLOWE.spelling.name(name), write_value(value)) for name, value in story.variables.items()
    )


def _lines(beats: list[FileBeat], signs: dict[str, tuple[str, str]], name: str, report: Report) -> Iterator[str]:
    """A line a beat; how a speech is spoken goes before its words, where that can be read back."""
    at = 0
    while at < len(beats):
        how, said = beats[at], beats[at + 1] if at + 1 < len(beats) else None
        spoken = said and how.kind == "parenthetical" and said.kind == "dialogue" and how.character == said.character
        line = f"{how.character}: ({_with_styles(how, signs)}) {_with_styles(said, signs)}" if said and spoken else ""
        if said and spoken and _says(beats_of_line(line, {how.character}), [how, said]):
            yield line
            at += 2
        else:
            yield _line(how, signs, name, report)
            at += 1


def _says(found: list[FileBeat], beats: list[FileBeat]) -> bool:
    return [(beat.kind, beat.character, beat.text) for beat in found] == [
        (beat.kind, beat.character, beat.text) for beat in beats
    ]


def _line(beat: FileBeat, signs: dict[str, tuple[str, str]], name: str, report: Report) -> str:
    """A beat as one line. Kinds that prose does not know become action; the report says so."""
    text = _with_styles(beat, signs)
    if beat.kind == "note":
        return f"<!-- {text.replace('-->', '→')} -->"
    if beat.kind == "dialogue" and speech_of(f"{beat.character}: {beat.text}") == (beat.character, beat.text):
        return f"{beat.character}: {text}"
    if beat.kind not in ("action", "dialogue"):
        report.warn(0, "out.kind", name=name, kind=beat.kind, words=beat.text[:60])
    if beat.kind == "dialogue":
        return f"{beat.character}: {text}"
    return f"({text.strip('()')})" if beat.kind in SPOKEN else text


def _with_styles(beat: FileBeat, signs: dict[str, tuple[str, str]]) -> str:
    text, after = beat.text, len(beat.text) + 1
    for start, end, style in sorted(beat.styles, reverse=True):
        if end <= after and end <= len(text):  # overlapping runs have no spelling: the later one stays
            opening, closing = signs[style]
            text, after = f"{text[:start]}{opening}{text[start:end]}{closing}{text[end:]}", start
    return " ".join(text.split())


def _link(choice: FileChoice, names: dict[str, str], dialect: Dialect, report: Report) -> str:
    label = " ".join(str(choice.source.get("label", choice.label)).split())
    target = names[choice.to] if choice.to is not None else choice.target or label
    effects = list(spell_effects(dialect, choice.effects))
    return _conditional(_way(label, target, effects, choice, dialect, report), choice, dialect, report)


def _way(label: str, target: str, effects: list[str], choice: FileChoice, dialect: Dialect, report: Report) -> str:
    """In brackets where that can be read back; by a macro where brackets or arrows in the words would be misread."""
    misread = any(sign in label + target for sign in "[]") or any(sign in target for sign in ("->", "<-", "|"))
    if dialect is HARLOWE and (effects or misread):
        quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in (label, target)]
        return f'(link: "{quoted[0]}")[{"".join(effects)}(goto: "{quoted[1]}")]'
    if dialect is SUGARCUBE and misread:
        quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in (label, target)]
        return f'<<link "{quoted[0]}" "{quoted[1]}">>{"".join(effects)}<</link>>'
    if misread:
        report.warn(0, "out.brackets", label=label)
        label, target = (re.sub(r"\[", "(", text).replace("]", ")") for text in (label, target))
    plain = label == target and not any(sign in label for sign in ("->", "<-", "|"))
    setter = f"][{_setter(choice.effects)}" if effects and dialect is SUGARCUBE else ""
    if effects and not setter:
        report.warn(0, "out.effects", label=label, dialect=dialect.name, words=choice.effects[:80])
    return f"[[{label if plain else f'{label}->{target}'}{setter}]]"


def _setter(effects: str) -> str:
    parts = []
    for line in spell_effects(SUGARCUBE, effects):
        parts.append(line.removeprefix("<<set ").removesuffix(">>"))
    return "; ".join(parts)


def _conditional(link: str, choice: FileChoice, dialect: Dialect, report: Report) -> str:
    if not choice.condition:
        return link
    condition = spell_condition(dialect, choice.condition)
    if condition is None:
        report.warn(0, "out.condition", label=choice.label, words=choice.condition[:80])
        return link
    return {
        "harlowe": f"(if: {condition})[{link}]",
        "sugarcube": f"<<if {condition}>>{link}<</if>>",
        "snowman": f"<% if ({condition}) {{ %>{link}<% }} %>",
        "chapbook": f"[if {condition}]\n{link}\n\n[continue]",
    }[dialect.name]
