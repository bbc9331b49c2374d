"""A scene's rows as the text of a passage, in the dialect of the story: what `prose.py` and the scanners read back."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from storyengine.plot.branch import SPOKEN
from storyengine.plot.expressions import write_value
from storyengine.plot.formats.carried import left_over
from storyengine.plot.formats.dialects import (
    CHAPBOOK,
    HARLOWE,
    SNOWMAN,
    SUGARCUBE,
    Dialect,
    spell_condition,
    spell_effects,
)
from storyengine.plot.formats.linking import whole_label
from storyengine.plot.formats.prose import ASIDE, speech_of, with_asides
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.runs import crosses
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene, FileStory
from storyengine.plot.formats.twine.carry import comments
from storyengine.plot.formats.twine.letters import Signs, spell, spell_first, spell_label, spell_note
from storyengine.plot.formats.twine.prose import label_of
from storyengine.plot.headings import is_slugline

DIALECTS = {"harlowe": HARLOWE, "sugarcube": SUGARCUBE, "snowman": SNOWMAN, "chapbook": CHAPBOOK}
SIGNS = {"bold": ("''", "''"), "italic": ("//", "//"), "underline": ("<u>", "</u>"), "strikeout": ("<s>", "</s>")}
MARKDOWN = {"bold": ("**", "**"), "italic": ("*", "*"), "underline": ("<u>", "</u>"), "strikeout": ("<s>", "</s>")}


@dataclass(frozen=True, slots=True)
class Page:
    """What the words of one passage need to know. `literal`: they are prose, and none of them the dialect's code."""

    name: str
    signs: Signs
    speakers: Collection[str]
    literal: bool
    report: Report


def passage_text(
    scene: FileScene, names: dict[str, str], dialect: str, report: Report, speakers: Collection[str] = ()
) -> str:
    """Statements, then the heading if it is a slugline, then beats, then one link a line.

    `names`: key -> passage, and "" -> the one of open choices. `speakers`: those that the file lists.
    """
    spoken = DIALECTS.get(dialect, HARLOWE)
    lines = list(spell_effects(spoken, scene.effects))
    effects, foreign = [spelled for _, spelled in lines if spelled is not None], list(left_over("does", lines))
    for _, words in foreign:
        report.warn(0, "out.statement", name=names[scene.key], words=words[:80])
    literal = scene.source.get("family") != "twine" or bool(scene.source.get("literal"))
    signs = MARKDOWN if spoken in (SNOWMAN, CHAPBOOK) else SIGNS
    page = Page(names[scene.key], signs, speakers, literal, report)
    blocks = ["\n".join([*effects, "--"]) if spoken is CHAPBOOK else "".join(effects)] if effects else []
    blocks += [comments(foreign)] if foreign else []
    blocks += [scene.heading] if is_slugline(scene.heading) and scene.heading != names[scene.key] else []
    blocks += _lines([beat for beat in scene.beats if beat.kind != "page_break"], page)
    links = [_link(choice, names, spoken, report) for choice in scene.choices]
    return "\n\n".join([*blocks, *(["\n".join(links)] if links else [])])


def start_values(story: FileStory) -> str:
    """The variables at the start, for a passage that Harlowe runs before the first."""
    return "\n".join(
        HARLOWE.assignment(HARLOWE.spelling.name(name), write_value(value)) for name, value in story.variables.items()
    )


def _lines(beats: list[FileBeat], page: Page) -> Iterator[str]:
    """A line a beat; how a speech is spoken goes before its words, where that can be read back."""
    for how, said in with_asides(beats):
        if how:
            aside, words = (spell(beat, page.signs, literal=page.literal) for beat in (how, said))
            yield f"{said.character}: ({aside}) {words}"
        else:
            yield _line(said, page)


def _line(beat: FileBeat, page: Page) -> str:
    """A beat as one line. Kinds that prose does not know become action; the report says so."""
    if beat.kind == "note":
        return f"<!-- {spell_note(beat.text)} -->"
    if crosses(beat.styles):
        page.report.warn(0, "out.styles", name=page.name, words=beat.text[:80])
    text = spell(beat, page.signs, literal=page.literal)
    if beat.kind == "dialogue":
        return f"{beat.character}: {spell_first(text, '(') if ASIDE.match(beat.text) else text}"
    if beat.kind != "action":
        page.report.warn(0, "out.kind", name=page.name, kind=beat.kind, words=beat.text[:60])
    text = f"({text.strip('()')})" if beat.kind in SPOKEN else text
    return spell_first(text, ":") if speech_of(text, page.speakers) else text


def _link(choice: FileChoice, names: dict[str, str], dialect: Dialect, report: Report) -> str:
    label = whole_label(choice).replace("\n", " ")
    target = names[choice.to] if choice.to is not None else choice.target or names[""]
    lines = list(spell_effects(dialect, choice.effects))
    if dialect in (SNOWMAN, CHAPBOOK):  # their links change nothing
        lines = [(ours, None) for ours, _ in lines]
    carried = list(left_over("then", lines))
    if carried:
        words = "; ".join(words for _, words in carried)
        report.warn(0, "out.effects", label=choice.label, dialect=dialect.name, words=words[:80])
    condition = spell_condition(dialect, choice.condition) if choice.condition else ""
    if condition is None:
        carried.insert(0, ("if", choice.condition))
        report.warn(0, "out.condition", label=choice.label, words=choice.condition[:80])
    link = _way(label, target, [spelled for _, spelled in lines if spelled is not None], dialect, report)
    return _conditional(comments(carried) + link, condition, dialect)


def _way(label: str, target: str, effects: list[str], dialect: Dialect, report: Report) -> str:
    """In brackets where that can be read back; by a macro where brackets or arrows in the words would be misread."""
    misread = any(sign in label + target for sign in "[]") or any(sign in target for sign in ("->", "<-", "|"))
    if dialect is HARLOWE and (effects or misread):
        quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in (_spelled(label, dialect), target)]
        return f'(link: "{quoted[0]}")[{"".join(effects)}(goto: "{quoted[1]}")]'
    if dialect is SUGARCUBE and (misread or any(not each.startswith("<<set ") for each in effects)):
        quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in (_spelled(label, dialect), target)]
        return f'<<link "{quoted[0]}" "{quoted[1]}">>{"".join(effects)}<</link>>'
    if misread:
        report.warn(0, "out.brackets", label=label)
        label, target = (re.sub(r"\[", "(", text).replace("]", ")") for text in (label, target))
    label, said = _spelled(label, dialect), label
    plain = label == said == target and not any(sign in label for sign in ("->", "<-", "|"))
    setter = "][" + "; ".join(map(_bare, effects)) if effects else ""
    return f"[[{label if plain else f'{label}->{target}'}{setter}]]"


def _spelled(label: str, dialect: Dialect) -> str:
    """To the letter, where some of it would be taken for emphasis."""
    return label if label_of(label, dialect.name) == label.strip() else spell_label(label)


def _bare(statement: str) -> str:
    """As it stands in the brackets of a SugarCube link."""
    return statement.removeprefix("<<set ").removesuffix(">>")


def _conditional(link: str, condition: str | None, dialect: Dialect) -> str:
    if not condition:
        return link
    return {
        "harlowe": f"(if: {condition})[{link}]",
        "sugarcube": f"<<if {condition}>>{link}<</if>>",
        "snowman": f"<% if ({condition}) {{ %>{link}<% }} %>",
        "chapbook": f"[if {condition}]\n{link}\n\n[continue]",
    }[dialect.name]
