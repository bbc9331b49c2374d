"""A revision as fields: one row a beat, one a choice; empty rows fall away."""

import json
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from storyengine.editorial.review import MAX_NOTE
from storyengine.plot.branch import BEAT_KINDS, SPOKEN, Branch, branch_from_json

REASONS = [
    ("", _("Say what should change")),
    ("Make it shorter.", _("Shorter")),
    ("Polish the language.", _("Polish")),
    ("More tension.", _("More tension")),
    ("Less dialogue.", _("Less dialogue")),
    ("Follow the choice more closely.", _("Follow the choice")),
]


class VersionForm(forms.Form):
    """What every verdict needs: the version of the text that the editor has read."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class NoteForm(VersionForm):
    preset = forms.ChoiceField(label=_("Preset"), choices=REASONS, required=False)
    note = forms.CharField(label=_("What should change?"), max_length=MAX_NOTE, required=False)

    def full_note(self) -> str:
        return " ".join(part for part in (self.cleaned_data["preset"], self.cleaned_data["note"]) if part)


def branch_from_post(post: QueryDict) -> Branch:
    """The edited branch; raises Refused("branch.invalid").

    Rows are parallel lists (`kind`, `character`, `text`) and `choice`, in the order of the page. Scenes after
    the first, which only a later format writes, are carried in `rest` as they were.
    """
    rows = zip(post.getlist("kind"), post.getlist("character"), post.getlist("text"), strict=False)
    beats = [_beat(kind, character, text) for kind, character, text in rows if text.strip()]
    first = {
        "heading": post.get("heading", ""),
        "beats": beats,
        "choices": [label for label in post.getlist("choice") if label.strip()],
        "summary": post.get("summary", ""),
    }
    return branch_from_json({"scenes": [first, *_rest(post.get("rest", "[]"))]})


def _beat(kind: str, character: str, text: str) -> dict[str, Any]:
    spoken = {"character": character} if kind in SPOKEN else {}
    return {"kind": kind if kind in BEAT_KINDS else None, "text": text, **spoken}


def _rest(text: str) -> list[Any]:
    try:
        rest = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return rest if isinstance(rest, list) else []
