"""A story as a native file: one scene a line, so that two versions compare well."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from storyengine.plot.branch import SPOKEN
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene, FileStory

SCHEMA = Path(__file__).with_name("story.schema.json")


def write_native(story: FileStory) -> str:
    """The whole story as text that `parse_native` reads back equal; what is empty is left out."""
    return "".join(_lines(story))


def _lines(story: FileStory) -> Iterator[str]:
    head: dict[str, Any] = {"format": "storyengine-story", "version": 1, "slug": story.slug, "title": story.title}
    head |= {"language": story.language, "start": story.start}
    head |= _filled(
        ifid=story.ifid,
        logline=story.logline,
        tone=story.tone,
        rules=story.rules,
        outline=story.outline,
        lore=story.lore,
        variables=story.variables,
    )
    head["characters"] = [
        {"name": who.name, **_filled(description=who.description, voice=who.voice)} for who in story.characters
    ]
    head["places"] = [{"name": place.name, **_filled(description=place.description)} for place in story.places]
    head |= _filled(source=story.source)
    yield "{\n"
    for name, value in head.items():
        yield f"  {_json(name)}: {_json(value)},\n"
    yield '  "scenes": [\n    '
    yield ",\n    ".join(_json(_scene(scene)) for scene in story.scenes)
    yield "\n  ]"
    for name, rows in (("performances", story.performances), ("edits", story.edits)):
        if rows:
            yield f',\n  "{name}": [\n    '
            yield ",\n    ".join(_json(told) for told in rows)
            yield "\n  ]"
    yield "\n}\n"


def _scene(scene: FileScene) -> dict[str, Any]:
    written = {"key": scene.key, **_filled(name=scene.name), "heading": scene.heading}
    written |= _filled(
        chapter=scene.chapter,
        number=scene.number,
        question=scene.question,
        summary=scene.summary,
        correction=scene.correction,
        ending=scene.is_ending,
        effects=scene.effects,
        tags=scene.tags,
    )
    if scene.origin != "authored":
        written["origin"] = scene.origin
    written |= {name: value for name, value in (("x", scene.x), ("y", scene.y)) if value is not None}
    written["beats"] = [_beat(beat) for beat in scene.beats]
    written["choices"] = [_choice(choice) for choice in scene.choices]
    return written | _filled(source=scene.source)


def _beat(beat: FileBeat) -> dict[str, Any]:
    speaker = {"character": beat.character} if beat.kind in SPOKEN else {}
    return {"kind": beat.kind, **speaker, "text": beat.text, **_filled(styles=beat.styles, dual=beat.is_dual)}


def _choice(choice: FileChoice) -> dict[str, Any]:
    return {
        "label": choice.label,
        "to": choice.to,
        **_filled(target=choice.target, condition=choice.condition, effects=choice.effects, source=choice.source),
    }


def _filled(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
