"""A Twine story becomes a story's shape, and a story's shape a Twine story again.

What a passage says in its own words stays beside the rows. It is written back as long as the rows still say the same
(see `shape.fingerprint`); once somebody has edited them, the passage is written anew from the rows.
"""

import json
import re
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from storyengine.plot.conditions import State, apply
from storyengine.plot.formats.linking import THE_END, fresh_ifid, link
from storyengine.plot.formats.prose import unlike_speech
from storyengine.plot.formats.report import Report, line_of
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene, FileStory, fingerprint
from storyengine.plot.formats.twine.carry import take_back
from storyengine.plot.formats.twine.chapbook import scan_chapbook
from storyengine.plot.formats.twine.emphasis import ESCAPED, MARKDOWN
from storyengine.plot.formats.twine.harlowe import scan_harlowe
from storyengine.plot.formats.twine.letters import REFERENCE
from storyengine.plot.formats.twine.passages import UNWRITTEN, Passage, TwineStory, is_special, on_one_line
from storyengine.plot.formats.twine.prose import beats_of, label_of
from storyengine.plot.formats.twine.rewrite import passage_text, start_values
from storyengine.plot.formats.twine.scan import Context, Scan, Scanner, plain_scan
from storyengine.plot.formats.twine.snowman import scan_snowman
from storyengine.plot.formats.twine.sugarcube import scan_sugarcube, widgets
from storyengine.plot.formats.twine.unwritten import open_again, place_for

FAMILY = "twine"
SCANNERS: dict[str, Scanner] = {
    "harlowe": scan_harlowe, "sugarcube": scan_sugarcube, "snowman": scan_snowman, "chapbook": scan_chapbook,
}  # fmt: skip
TWINE_1 = {"sugarcane", "jonah", "responsive", "misfortune"}  # whose macros and signs are SugarCube's forebears
GUESSES = [
    ("sugarcube", r"<<[a-z=-]"), ("snowman", r"<%|\bwindow\.story\b"),
    ("harlowe", r"\((?:set|put|if|unless|(?:link|click)(?:-[a-z]+)*|display|go-?to|replace|show|print|either|live):"),
    ("chapbook", r"\{(?:embed|reveal|restart|back) (?:passage|link)|^\[(?:if|unless|after|align|[Cc]ont(?:inued?)?)\b"),
]  # fmt: skip
ENDING_TAGS = {"ending", "end", "the-end", "ende", "fin", "finale"}
OWN_MACRO = re.compile(r"\(set:\s*\$([\w-]+)\s+to\s+\(macro:")
LEADS_ON = re.compile(r"\((?:go-?to|link-)", re.IGNORECASE)


def assemble(twine: TwineStory, report: Report) -> FileStory:
    """Passages as scenes; what is no scene is kept for the way back. Raises Refused for a story without scenes."""
    dialect = dialect_of(twine)
    plain = [passage for passage in twine.passages if not is_special(passage, dialect)]
    special = [passage for passage in twine.passages if is_special(passage, dialect)]
    context = _context(dialect, plain, special)
    story = FileStory(title=twine.title, ifid=twine.ifid.upper(), start=twine.start or None)
    speakers = _speakers(twine.extra)
    story.scenes = [_scene(passage, dialect, context, speakers, report) for passage in plain]
    unwritten = {passage.name for passage in special if UNWRITTEN in passage.tags} - context.names
    for scene in story.scenes:
        open_again(scene, unwritten)
    _begin(story, twine, report)
    story.source = {
        "family": FAMILY,
        "dialect": dialect,
        "format": twine.format,
        "format-version": twine.format_version,
    }
    story.source |= {
        "extra": twine.extra,
        "special": _kept(twine, dialect),
        "reach": _reached(special, dialect, context),
    }
    story.variables = _variables(special, dialect, context)
    report.counts.update(special=len(special))
    return link(story, report)


def disassemble(story: FileStory, report: Report) -> TwineStory:
    """The story as passages, those that are no scenes at their old places."""
    source = story.source if story.source.get("family") == FAMILY else {}
    special = [(int(kept["at"]), _special(kept)) for kept in source.get("special", [])]
    dialect = source.get("dialect", "harlowe")
    names = unique_names(story, {passage.name for _, passage in special if UNWRITTEN in passage.tags})
    # A file that names no format is told by its macros, and an edited one may hold none of them any more.
    guessed = dialect.capitalize().replace("cube", "Cube") if dialect in SCANNERS else ""
    twine = TwineStory(story.title, story.ifid or fresh_ifid(), source.get("format", "Harlowe") or guessed)
    twine.format_version = source.get("format-version", "3.3.9")
    twine.extra, twine.start = dict(source.get("extra", {})), names.get(story.start or "", "")
    speakers = unlike_speech(story.scenes)
    twine.extra = {name: value for name, value in twine.extra.items() if name != "speakers"}
    twine.extra |= {"speakers": speakers} if speakers else {}
    unwritten = place_for(story, [passage for _, passage in special], names.values())
    links = names | ({"": unwritten.name} if unwritten else {})
    twine.passages = [_passage(scene, story, links, dialect, speakers, report) for scene in story.scenes]
    for at, passage in special:
        if UNWRITTEN not in passage.tags or unwritten:
            twine.passages.insert(min(at, len(twine.passages)), passage)
    if unwritten and unwritten not in twine.passages:
        twine.passages.append(unwritten)
    if story.variables and not source:
        twine.passages.append(_start_values(story))
    return twine


def dialect_of(twine: TwineStory) -> str:
    """By the story format that the file names, else by the look of its macros."""
    name = twine.format.lower()
    for known in SCANNERS:
        if known in name:
            return known
    if name:
        return "sugarcube" if name in TWINE_1 else "twine"
    head = "\n".join(passage.text for passage in twine.passages[:200])[:200_000]
    counted = {known: len(re.findall(pattern, head, re.MULTILINE)) for known, pattern in GUESSES}
    best = max(counted, key=lambda known: counted[known])
    return best if counted[best] else "twine"


def unique_names(story: FileStory, reserved: Collection[str] = ()) -> dict[str, str]:
    """Key -> a name that no other passage has: links in text find a passage by nothing else."""
    names, taken = {}, set(reserved)
    for scene in story.scenes:
        name = on_one_line(scene.name or scene.heading or scene.key) or scene.key
        if name in taken:
            name = scene.key if scene.key not in taken else f"{name} ({scene.key})"
        names[scene.key] = name
        taken.add(name)
    return names


def _context(dialect: str, plain: list[Passage], special: list[Passage]) -> Context:
    names = frozenset(passage.name for passage in plain)
    macros: set[str] = set()
    if dialect == "harlowe":
        defining = [passage for passage in plain + special if not LEADS_ON.search(passage.text)]
        macros = {name.lower() for passage in defining for name in OWN_MACRO.findall(passage.text)}
    for passage in special if dialect == "sugarcube" else ():
        macros |= widgets(passage.text, Context(names, frozenset(macros)))
    return Context(names, frozenset(macros))


def _speakers(extra: dict[str, Any]) -> frozenset[str]:
    """Whom the file lists as speaking, though their names are not in capitals; we write that, and Twine ignores it."""
    found = extra.get("speakers")
    try:
        found = json.loads(found) if isinstance(found, str) else found
    except (ValueError, RecursionError):
        found = None
    return frozenset(name for name in found if isinstance(name, str)) if isinstance(found, list) else frozenset()


def _scene(passage: Passage, dialect: str, context: Context, speakers: frozenset[str], report: Report) -> FileScene:
    scan = SCANNERS.get(dialect, plain_scan)(passage.text, context)
    take_back(passage.text, scan)
    scene = FileScene(name=passage.name, tags=passage.tags, effects="\n".join(scan.effects))
    scene.beats, code = _beats(passage.text, scan, dialect, speakers)
    scene.choices = _choices(scan, dialect)
    at = passage.position
    if at is not None:
        scene.x, scene.y = at
    loose = all(choice.condition for choice in scene.choices) if "ending" in scene.tags else not scene.choices
    scene.is_ending = loose and not scan.unknown and _says_it_ends(passage)
    scene.source = {"family": FAMILY, "text": passage.text, "line": passage.line}
    escaped = dialect in MARKDOWN and "{" not in passage.text and ESCAPED.search(passage.text)
    to_the_letter = scan.verbatim or escaped or REFERENCE.search(passage.text) or dialect == "twine"
    scene.source |= {"literal": True} if to_the_letter and not code else {}
    scene.source |= {"meta": passage.meta} if passage.meta else {}
    scene.source |= {"unknown": sorted(scan.unknown)} if scan.unknown else {}
    scene.source |= {"embeds": list(dict.fromkeys(scan.embeds))} if scan.embeds else {}
    _tell(passage, scan, report)
    return scene


def _beats(text: str, scan: Scan, dialect: str, speakers: frozenset[str]) -> tuple[list[FileBeat], bool]:
    """(The beats, whether code stays in them). Beside code no words can be told from signs: they keep their marks."""
    kept = list(scan.kept)
    beats = beats_of(text, scan, dialect, speakers)
    has_code = bool(scan.unknown) or any(code == "twine.code" for _, code, _ in scan.kept)
    if has_code and scan.verbatim:
        scan.verbatim.clear()
        scan.kept[:] = kept
        beats = beats_of(text, scan, dialect, speakers)
    return beats, has_code


def _choices(scan: Scan, dialect: str) -> list[FileChoice]:
    """In the order of the text; the same way on, said twice, is one choice."""
    found: dict[tuple[str, ...], FileChoice] = {}
    for way in sorted(scan.links, key=lambda way: way.start):
        label = label_of(way.label, dialect) or way.target
        source = {"auto": True} if way.auto else {}
        choice = FileChoice(label, None, way.target, way.condition, way.effects, source)
        found.setdefault((label, way.target, way.condition, way.effects), choice)
    return list(found.values())


def _says_it_ends(passage: Passage) -> bool:
    last = passage.text.strip().rpartition("\n")[2].strip()
    return bool(ENDING_TAGS & {tag.lower() for tag in passage.tags}) or bool(THE_END.fullmatch(last))


def _tell(passage: Passage, scan: Scan, report: Report) -> None:
    for at, code, name in scan.kept:
        line = passage.line + line_of(passage.text, at) if passage.line else 0
        report.warn(line, code, scene=passage.name, **{"words" if code == "comment.left" else "name": name})
    if scan.unknown:
        names = ", ".join(sorted(scan.unknown)[:5])
        report.warn(passage.line, "twine.unknown", scene=passage.name, names=names)


def _begin(story: FileStory, twine: TwineStory, report: Report) -> None:
    """Where the story starts: as the file says, else the passage "Start", else the first."""
    names = {scene.name for scene in story.scenes}
    if story.start is not None and story.start not in names:
        report.warn(0, "twine.no_start", name=story.start)
        story.start = None
    if story.start is None and "Start" in names:
        story.start = "Start"
    if not twine.ifid:
        report.warn(0, "twine.no_ifid")


def _kept(twine: TwineStory, dialect: str) -> list[dict[str, Any]]:
    return [{**asdict(passage), "at": at} for at, passage in enumerate(twine.passages) if is_special(passage, dialect)]


def _reached(special: list[Passage], dialect: str, context: Context) -> list[str]:
    """The scenes to which menus, headers and widgets lead: they can be reached from everywhere."""
    found: dict[str, None] = {}
    for passage in special:
        if not {"script", "stylesheet"} & set(passage.tags):
            scan = SCANNERS.get(dialect, plain_scan)(passage.text, context)
            found |= dict.fromkeys([*(way.target for way in scan.links), *scan.embeds])
    return [name for name in found if name in context.names]


def _variables(special: list[Passage], dialect: str, context: Context) -> dict[str, Any]:
    """What StoryInit, or Harlowe's startup passages, set before the first scene."""
    state = State()
    for passage in special:
        if passage.name == "StoryInit" or "startup" in passage.tags or "init" in passage.tags:
            apply("\n".join(SCANNERS.get(dialect, plain_scan)(passage.text, context).effects), state)
    return {name: value for name, value in state.values.items() if name not in state.unknown}


def _special(kept: dict[str, Any]) -> Passage:
    return Passage(kept["name"], kept["text"], list(kept["tags"]), dict(kept["meta"]))


def _passage(
    scene: FileScene, story: FileStory, names: dict[str, str], dialect: str, speakers: list[str], report: Report
) -> Passage:
    meta = dict(scene.source.get("meta", {})) if scene.source.get("family") == FAMILY else {}
    if scene.x is not None and scene.y is not None:
        meta["position"] = [scene.x, scene.y]
    kept = scene.source.get("text") if scene.source.get("family") == FAMILY else None
    unedited = kept is not None and scene.source.get("print") == fingerprint(scene, story.names)
    text = str(kept) if unedited else passage_text(scene, names, dialect, report, speakers)
    tags = ["-".join(tag.split()) for tag in scene.tags]
    for was, now in zip(scene.tags, tags, strict=True):
        if was != now:
            report.warn(0, "out.tag", name=names[scene.key], tag=was, now=now)
    passage = Passage(names[scene.key], text, tags, meta)
    if scene.is_ending and not _says_it_ends(passage):
        passage.tags.append("ending")
    return passage


def _start_values(story: FileStory) -> Passage:
    return Passage("Startup", start_values(story), ["startup"])
