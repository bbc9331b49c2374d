"""What an author typed, as the content that plot/edit.py stores. What the page does not send keeps its value."""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storyengine.errors import Refused
from storyengine.plot.branch import MAX_CHARACTER, MAX_HEADING, MAX_LABEL, MAX_SUMMARY, SPOKEN, one_line, printable
from storyengine.plot.conditions import not_a_value
from storyengine.plot.edit import NEW_HEADING
from storyengine.plot.models import Beat, Scene, Story
from storyengine.plot.snapshot import Snapshot

MAX_BEAT = 20_000  # an imported passage may be one long beat; the live writer's own limit is shorter
MAX_ROWS = 400
MAX_LINE = 600  # of the outline and the lore, which the live writer reads
SCENE_TEXTS = {
    "heading": MAX_HEADING, "name": 200, "chapter": 120, "number": 16, "question": 200, "summary": MAX_SUMMARY,
}  # fmt: skip


class NewStoryForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


class NewSceneForm(forms.Form):
    heading = forms.CharField(label=gettext_lazy("Heading"), max_length=MAX_HEADING)


def scene_content(post: QueryDict, before: Snapshot, story: Story) -> Snapshot:
    """The scene as typed. Raises Refused: scene.incomplete (what is missing), scene.unknown (a choice's target)."""
    content = {**before}
    for name, most in SCENE_TEXTS.items():
        if name in post:
            content[name] = _short(str(post[name]), most, before[name])
    if not content["heading"] and before["heading"] == NEW_HEADING:
        content["heading"] = NEW_HEADING
    if not content["heading"]:
        raise Refused("scene.incomplete", reason=_("the heading is missing"))
    if "effects" in post:
        content["effects"] = _text(str(post["effects"]), before["effects"])
    if "tags" in post:
        tags = str(post["tags"])
        typed = [one_line(tag) for tag in tags.split(",") if tag.strip()]
        content["tags"] = before["tags"] if tags == ", ".join(before["tags"]) else typed
    if "has_ending" in post:
        content["is_ending"] = "is_ending" in post
    if "has_beats" in post:
        content["beats"] = _beats(post, before["beats"])
    if "has_choices" in post:
        content["choices"] = _choices(post, before["choices"], story)
    return content


def _beats(post: QueryDict, before: Sequence[Snapshot]) -> list[Snapshot]:
    rows = list(zip(*(post.getlist(name) for name in ("kind", "character", "text", "was")), strict=False))
    if len(rows) > MAX_ROWS:
        raise Refused("scene.incomplete", reason=_("more than %(most)d beats") % {"most": MAX_ROWS})
    beats = [_beat(row, before) for row in rows if row[2].strip() or row[0] == Beat.Kind.PAGE_BREAK]
    for number, beat in enumerate(beats, 1):
        if beat["kind"] in SPOKEN and not beat["character"]:
            raise Refused("scene.incomplete", reason=_("beat %(number)d: who speaks?") % {"number": number})
    return beats


def _beat(row: tuple[str, ...], before: Sequence[Snapshot]) -> Snapshot:
    """One row. `was` is the beat's number before: untouched text stays to the letter, styles move along."""
    kind, character, text, was = row
    old = before[int(was)] if was.isdecimal() and int(was) < len(before) else None
    if kind not in Beat.Kind.values:
        raise Refused("scene.incomplete", reason=kind)
    new = _text(text, old["text"] if old else None)
    cue = _short(character, MAX_CHARACTER, old["character"] if old else "") if kind in SPOKEN else ""
    styles = moved_styles(old["styles"], old["text"], new) if old else []
    dual = bool(old and old["is_dual"] and kind in SPOKEN)
    return {"kind": kind, "character": cue, "text": new, "styles": styles, "is_dual": dual}


def moved_styles(styles: list[list[Any]], old: str, new: str) -> list[list[Any]]:
    """Runs of style over the edited text: what stands before the change keeps its place, what follows moves along."""
    if old == new or not styles:
        return styles
    head = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    room = min(len(old), len(new)) - head
    tail = next((n for n in range(room) if old[-1 - n] != new[-1 - n]), room)
    shift, after = len(new) - len(old), len(old) - tail

    def moved(at: int) -> int:
        return at if at <= head else at + shift if at >= after else min(max(head, at), len(new) - tail)

    runs = [[moved(start), moved(end), style] for start, end, style in styles]
    return [run for run in runs if run[0] < run[1]]


def _choices(post: QueryDict, before: Sequence[Snapshot], story: Story) -> list[Snapshot]:
    names = ("choice_id", "choice", "to", "condition", "choice_effects")
    rows = list(zip(*(post.getlist(name) for name in names), strict=False))
    if len(rows) > MAX_ROWS:
        raise Refused("scene.incomplete", reason=_("more than %(most)d choices") % {"most": MAX_ROWS})
    keys = {to.strip() for _id, _label, to, _condition, _effects in rows if to.strip()}
    targets = dict(Scene.objects.filter(story=story, key__in=keys).values_list("key", "pk"))
    standing = {choice["id"]: choice for choice in before}
    return [_choice(row, standing, targets) for row in rows if row[0] or row[1].strip()]


def _choice(row: tuple[str, ...], standing: dict[int, Snapshot], targets: dict[str, int]) -> Snapshot:
    number, label, to, condition, effects = row
    old = standing.get(int(number)) if number.isdecimal() else None
    words = _short(label, MAX_LABEL, old["label"] if old else "")
    if not words:
        raise Refused("scene.incomplete", reason=_("a choice has no words"))
    key = to.strip()
    if key and key not in targets:
        raise Refused("scene.unknown", reason=key)
    leads = targets[key] if key else None
    return {
        "id": old["id"] if old else None,
        "label": words,
        "to": leads,
        "target": old["target"] if old and leads is None else "",
        "condition": _text(condition, old["condition"] if old else ""),
        "effects": _text(effects, old["effects"] if old else ""),
        "source": old["source"] if old else {},
    }


def story_content(post: QueryDict, before: Snapshot, story: Story) -> Snapshot:
    """The story's world as typed. Raises Refused("story.incomplete")."""
    content = {**before, "title": _short(post.get("title", ""), 200, before["title"])}
    if not content["title"]:
        raise Refused("story.incomplete", reason=_("the title is missing"))
    content["language"] = _short(post.get("language", ""), 16, before["language"]) or before["language"]
    content["logline"] = _text(post.get("logline", ""), before["logline"])
    content["tone"] = _short(post.get("tone", ""), 300, before["tone"])
    content["rules"] = [one_line(rule) for rule in post.get("rules", "").splitlines() if rule.strip()]
    for name in ("outline", "lore"):
        if name in post:
            content[name] = _lines(str(post[name]))
    content["variables"] = _variables(post.get("variables", ""))
    content["start"] = _start(post.get("start", ""), before, story)
    content["characters"] = _world(post, before["characters"], "character", ("name", "description", "voice"))
    content["places"] = _world(post, before["places"], "place", ("name", "description"))
    return content


def _lines(text: str) -> list[str]:
    lines = [_fitting(one_line(line), MAX_LINE) for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_ROWS:
        raise Refused("story.incomplete", reason=_("more than %(most)d lines") % {"most": MAX_ROWS})
    return lines


def _start(key: str, before: Snapshot, story: Story) -> int | None:
    if not key.strip():
        return before["start"] if isinstance(before["start"], int) else None
    scene = Scene.objects.filter(story=story, key=key.strip()).first()
    if scene is None:
        raise Refused("scene.unknown", reason=key.strip())
    return scene.pk


def variables_text(variables: object) -> str:
    """One line a variable: `lamp = true`."""
    if not isinstance(variables, dict):
        return ""
    return "\n".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in variables.items())


def _variables(text: str) -> dict[str, Any]:
    """Lines of `name = value`; what is no JSON value is taken as text."""
    variables: dict[str, Any] = {}
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        if not line.strip():
            continue
        if not sign or not name.strip():
            raise Refused(
                "story.incomplete", reason=_("variables: “name = value” is needed, not “%s”") % line.strip()[:60]
            )
        try:
            variables[one_line(name)] = json.loads(value.replace("\\u0000", ""), parse_constant=str)
        except (ValueError, RecursionError):
            variables[one_line(name)] = one_line(value)
    wrong = not_a_value(variables)
    if wrong is not None:
        reason = _("variables: “%s” can only be a number, a text, true or false, and none of them endless")
        raise Refused("story.incomplete", reason=reason % wrong)
    return variables


def _world(post: QueryDict, before: Sequence[Snapshot], kind: str, fields: tuple[str, ...]) -> list[Snapshot]:
    columns = [post.getlist(f"{kind}_{name}") for name in ("id", *fields)]
    standing = {entry["id"]: entry for entry in before}
    entries: list[Snapshot] = []
    rows = list(zip(*columns, strict=False))
    if len(rows) > MAX_ROWS:
        raise Refused("story.incomplete", reason=_("more than %(most)d characters or places") % {"most": MAX_ROWS})
    for number, name, *texts in rows:
        old = standing.get(int(number)) if number.isdecimal() else None
        title = _short(name, MAX_CHARACTER if kind == "character" else MAX_HEADING, old["name"] if old else "")
        if not title and not any(text.strip() for text in texts):
            continue
        if not title or any(entry["name"] == title for entry in entries):
            reason = _("“%s” stands twice") % title if title else _("a name is missing")
            raise Refused("story.incomplete", reason=reason)
        entry = {"id": old["id"] if old else None, "name": title}
        entries.append(entry | {n: _text(t, old[n] if old else "") for n, t in zip(fields[1:], texts, strict=True)})
    return entries


def _short(text: str, most: int, old: str) -> str:
    """One line; an old value that is longer than a new one may be stays to the letter."""
    return old if text == old else _fitting(one_line(text), most)


def _text(text: str, old: str | None) -> str:
    """Text as typed, with plain newlines; what was not touched stays to the letter, whatever was in it."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if old is not None and plain == old.replace("\r\n", "\n").replace("\r", "\n"):
        return old
    return _fitting(printable(plain).strip(), MAX_BEAT)


def _fitting(text: str, most: int) -> str:
    """The text, which is never cut behind its author's back. Raises Refused("scene.incomplete")."""
    if len(text) > most:
        reason = _("“%(begin)s…” has %(n)d characters, and %(most)d are the most")
        raise Refused("scene.incomplete", reason=reason % {"begin": text[:40], "n": len(text), "most": most})
    return text
