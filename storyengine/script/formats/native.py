"""Story Engine's own JSON of a screenplay: every element with its styles, and what happened while it was played."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any

from storyengine.errors import Refused
from storyengine.plot.branch import ALL_KINDS, SPOKEN, STYLE_NAMES, BranchBeat, Styles
from storyengine.plot.formats.native.lines import line_of_value
from storyengine.plot.formats.reasons import because
from storyengine.plot.formats.report import Report, depth_of
from storyengine.script.formats.refusals import unreadable
from storyengine.script.markup import tidy
from storyengine.script.screenplay import Offer, Options, Played, Screenplay, ScriptScene

FORMAT, VERSION = "storyengine-screenplay", 1
SCHEMA = "screenplay.schema.json"
LINE_END = b"\n"
STEP = re.compile(r"([A-Za-z_]+)|\[(\d+)\]")
MAX_BYTES = 64 * 1024 * 1024


def schema() -> dict[str, Any]:
    """The JSON Schema of the format."""
    loaded: dict[str, Any] = json.loads((files("storyengine.script.formats") / SCHEMA).read_text())
    return loaded


def write_json(script: Screenplay, options: Options) -> str:
    """One object, scenes in order; a field without content is left out."""
    data = {
        "format": FORMAT,
        "version": VERSION,
        "title": script.title,
        "language": script.language,
        "title_page": [list(pair) for pair in script.title_page],
        "scenes": [_scene(scene) for scene in script.scenes],
    }
    played = [_played(entry, options) for entry in script.played]
    if any(played):
        data["played"] = played
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _scene(scene: ScriptScene) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "number": scene.number,
        "heading": scene.heading,
        "heading_styles": [list(run) for run in scene.heading_styles],
        "before": scene.before,
    }
    return {name: value for name, value in fields.items() if value} | {"beats": [_beat(b) for b in scene.beats]}


def _beat(beat: BranchBeat) -> dict[str, Any]:
    fields: dict[str, Any] = {"kind": beat.kind, "text": beat.text}
    if beat.character:
        fields["character"] = beat.character
    if beat.cue_styles:
        fields["cue_styles"] = [list(run) for run in beat.cue_styles]
    if beat.styles:
        fields["styles"] = [list(run) for run in beat.styles]
    if beat.is_dual:
        fields["is_dual"] = True
    return fields


def _played(played: Played, options: Options) -> dict[str, Any]:
    """Only what the options ask for: votes, names and words are not everybody's."""
    fields: dict[str, Any] = {}
    if options.appendix:
        fields |= {"entered_at": played.entered_at.isoformat() if played.entered_at else "", "words": [*played.words]}
    if options.appendix or options.choices:
        fields |= {"question": played.question, "decided_by": played.decided_by}
        fields["offers"] = [
            {"label": offer.label, "votes": offer.votes, "was_taken": offer.was_taken} for offer in played.offers
        ]
    if options.appendix or options.approvals:
        fields |= {"approved_by": played.approved_by, "written_by": played.written_by}
    return {name: value for name, value in fields.items() if value}


def read_json(source: bytes, _: Report | None = None) -> Screenplay:
    """The script in the file; raises Refused("script.invalid") naming what is wrong, and its line."""
    if len(source) > MAX_BYTES:
        raise unreadable("file.size", size=MAX_BYTES >> 20)
    text = _decoded(source)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise unreadable("file.not_json", line=error.lineno, column=error.colno) from error
    except ValueError as error:
        raise unreadable("file.digits", line=1) from error
    except RecursionError as error:
        raise unreadable("file.deep", line=depth_of(text)[1]) from error
    try:
        return _read(data)
    except Refused as refused:
        reason = refused.detail["reason"]
        line = _line(text, str(reason.given.get("place", "")))
        raise Refused("script.invalid", reason=because("at.line", line=line, fault=reason)) from refused


def _decoded(source: bytes) -> str:
    try:
        return source.decode(json.detect_encoding(source))
    except UnicodeDecodeError as error:
        line = source.count(LINE_END, 0, error.start) + 1
        raise unreadable("file.encoding", line=line, encoding=error.encoding) from error


def _line(text: str, where: str) -> int:
    steps = STEP.findall(where)
    return line_of_value(text, [int(number) if number else name for name, number in steps])


def _read(data: Any) -> Screenplay:
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        raise _invalid("native.version", format=FORMAT, version=VERSION)
    pairs = []
    for number, pair in enumerate(_list(data, "title_page", "the file")):
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            raise _invalid("script.pair", f"title_page[{number}]")
        pairs.append((_text({"key": pair[0]}, "key", "title_page"), _text({"value": pair[1]}, "value", "title_page")))
    scenes = tuple(_read_scene(scene, f"scenes[{n}]") for n, scene in enumerate(_list(data, "scenes", "the file")))
    played = tuple(_read_played(entry, f"played[{n}]") for n, entry in enumerate(_list(data, "played", "the file")))
    if played and len(played) != len(scenes):
        raise _invalid("script.played", "played")
    title, language = _text(data, "title", "the file"), _text(data, "language", "the file")
    return Screenplay(title, language, tuple(pairs), scenes, played)


def _read_scene(data: Any, where: str) -> ScriptScene:
    fields = _object(data, where)
    beats = tuple(_read_beat(beat, f"{where}.beats[{n}]") for n, beat in enumerate(_list(fields, "beats", where)))
    before = fields.get("before", 0)
    if not isinstance(before, int) or isinstance(before, bool) or not 0 <= before <= len(beats):
        raise _invalid("script.before", f"{where}.before")
    heading = _text(fields, "heading", where)
    styles = _styles(fields, "heading_styles", where, len(heading))
    return ScriptScene(_text(fields, "number", where), heading, beats, before, styles)


def _read_beat(data: Any, where: str) -> BranchBeat:
    fields = _object(data, where)
    kind, text, character = fields.get("kind"), _text(fields, "text", where), _text(fields, "character", where)
    if kind not in ALL_KINDS:
        raise _invalid("native.one_of", f"{where}.kind", value=repr(kind), known=", ".join(ALL_KINDS))
    if bool(character) is not (kind in SPOKEN):
        raise _invalid("native.speaker", f"{where}.character")
    if not isinstance(fields.get("is_dual", False), bool):
        raise _invalid("script.yes_or_no", f"{where}.is_dual")
    styles, cue_styles = (
        _styles(fields, name, where, len(words)) for name, words in (("styles", text), ("cue_styles", character))
    )
    return BranchBeat(kind, text, character, styles, fields.get("is_dual", False), cue_styles)


def _read_played(data: Any, where: str) -> Played:
    fields = _object(data, where)
    entered = _text(fields, "entered_at", where)
    try:
        at = datetime.fromisoformat(entered) if entered else None
    except ValueError as error:
        raise _invalid("native.time", f"{where}.entered_at") from error
    offers = []
    for number, offer in enumerate(_list(fields, "offers", where)):
        found = _object(offer, f"{where}.offers[{number}]")
        votes = found.get("votes")
        if votes is not None and (not isinstance(votes, int) or isinstance(votes, bool)):
            raise _invalid("native.number", f"{where}.offers[{number}].votes")
        offers.append(Offer(_text(found, "label", where), votes, found.get("was_taken") is True))
    words = [_text({"words": word}, "words", where) for word in _list(fields, "words", where)]
    return Played(
        at,
        _text(fields, "question", where),
        tuple(offers),
        _text(fields, "decided_by", where),
        _text(fields, "approved_by", where),
        _text(fields, "written_by", where),
        tuple(words),
    )


def _styles(fields: Mapping[str, Any], name: str, where: str, length: int) -> Styles:
    found = []
    for run in _list(fields, name, where):
        good = isinstance(run, list) and len(run) == 3 and run[2] in STYLE_NAMES
        if not good or not all(type(at) is int and 0 <= at <= length for at in run[:2]):
            raise _invalid("native.style", f"{where}.{name}")
        found.append((run[0], run[1], run[2]))
    return tidy(found, length)


def _object(data: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise _invalid("native.object", where)
    return data


def _list(fields: Mapping[str, Any], name: str, where: str) -> list[Any]:
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise _invalid("native.list", f"{where}.{name}")
    return value


def _text(fields: Mapping[str, Any], name: str, where: str) -> str:
    value = fields.get(name, "")
    if (
        not isinstance(value, str)
        or "\x00" in value
        or (not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value))
    ):
        raise _invalid("native.no_text", f"{where}.{name}")
    return value


def _invalid(code: str, where: str = "", /, **given: object) -> Refused:
    """`where` is the way to the value at fault, as programs write it: scenes[2].beats[0].kind."""
    fault = because(code, **given)
    return Refused("script.invalid", reason=because("at.place", place=where, fault=fault) if where else fault)
