"""A revision as fields: one row a beat, one a choice; empty rows fall away. And the requests that editors make."""

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storyengine.editorial.checks.finding import LEVELS, RULES
from storyengine.editorial.checks.ratings import BOARDS
from storyengine.editorial.models import CheckProfile
from storyengine.editorial.reasons import REASONS
from storyengine.editorial.review import MAX_NOTE
from storyengine.errors import Refused
from storyengine.plot.branch import BEAT_KINDS, MAX_CHARACTER, SPOKEN, Branch, branch_from_json, one_line

MAX_SCRATCH = 200_000  # characters of a page's fields


@dataclass(frozen=True, slots=True)
class Preset:
    """A request that is made often. `{who}` is a character that the editor picks."""

    code: str
    label: Promise
    text: str  # as the writer, whose prompt is English, is told

    @property
    def asks_who(self) -> bool:
        return "{who}" in self.text


PRESETS = (
    Preset("polish", _("Polish"), "Polish the language; keep what happens."),
    Preset("shorten", _("Shorten"), "Make it shorter by a third; keep what happens."),
    Preset("tension", _("More tension"), "More tension: somebody wants something and is refused it."),
    Preset("less_talk", _("Less dialogue"), "Less dialogue, more action."),
    Preset("follow", _("Follow the choice"), "Follow the choice more closely."),
    Preset("angrier", _("Make … angrier"), "Make {who} angrier."),
    Preset("softer", _("Make … softer"), "Make {who} softer."),
    Preset("voice", _("In the voice of …"), "Put this in the voice of {who}."),
)


class VersionForm(forms.Form):
    """What every verdict needs: the version of the text that the editor has read."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class NoteForm(VersionForm):
    preset = forms.ChoiceField(
        label=_("Preset"), choices=[("", ""), *[(one.code, one.label) for one in PRESETS]], required=False
    )
    who = forms.CharField(max_length=MAX_CHARACTER, required=False)
    note = forms.CharField(label=_("What should change?"), max_length=MAX_NOTE, required=False)
    reasons = forms.MultipleChoiceField(choices=[(one.code, one.label) for one in REASONS], required=False)
    first = forms.IntegerField(min_value=0, required=False)
    last = forms.IntegerField(min_value=1, required=False)

    def full_note(self) -> str:
        preset = next((one for one in PRESETS if one.code == self.cleaned_data["preset"]), None)
        asked = preset.text.format(who=one_line(self.cleaned_data["who"]) or "everybody") if preset else ""
        return " ".join(part for part in (asked, self.cleaned_data["note"]) if part)

    def selection(self) -> tuple[int, int] | None:
        """(first, last + 1) of the selected beats; None for the whole text."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return None if first is None or last is None else (first, last)


class ProfileForm(forms.ModelForm):
    """What a production sets for a story: a level a rule, words of its own, words that may pass, where it is shown."""

    own_words = forms.CharField(
        label=_("Our own words, one a line: they are looked for in every branch"), required=False,
        widget=forms.Textarea, max_length=20_000,
    )  # fmt: skip
    own_names = forms.CharField(
        label=_("Real names, one a line: people who must not be named"), required=False, widget=forms.Textarea,
        max_length=20_000,
    )  # fmt: skip
    allowed = forms.CharField(
        label=_("Words that may pass, one a line"), required=False, widget=forms.Textarea, max_length=20_000
    )
    territories = forms.MultipleChoiceField(
        label=_("Rated for"), choices=[(code, board.name) for code, board in BOARDS.items()], required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    class Meta:
        model = CheckProfile
        fields = ["slot_words", "reading_grade"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        row = self.instance
        self.fields["own_words"].initial = "\n".join(row.extra_words.get("own_words", []))
        self.fields["own_names"].initial = "\n".join(row.extra_words.get("public_figures", []))
        self.fields["allowed"].initial = "\n".join(row.allowed_words)
        self.fields["territories"].initial = row.territories
        for rule in RULES:
            self.fields[f"level_{rule}"] = forms.ChoiceField(
                choices=[("", _("as usual")), *[(level, LEVEL_NAMES[level]) for level in LEVELS]], required=False,
                initial=row.levels.get(rule, ""), label=RULE_NAMES[rule],
            )  # fmt: skip

    def fill(self) -> CheckProfile:
        """The row with what was sent; not saved."""
        row: CheckProfile = self.instance
        given = self.cleaned_data
        row.levels = {rule: given[f"level_{rule}"] for rule in RULES if given[f"level_{rule}"]}
        row.extra_words = {"own_words": _lines(given["own_words"]), "public_figures": _lines(given["own_names"])}
        row.allowed_words, row.territories = _lines(given["allowed"]), given["territories"]
        return row


LEVEL_NAMES = {"block": _("blocks"), "warn": _("warns"), "note": _("is noted"), "off": _("is off")}
RULE_NAMES = {
    "contradiction": _("contradiction"), "dead": _("a dead character speaks"), "voice": _("out of voice"),
    "nonsense": _("no word"), "repetition": _("repetition"), "choices": _("dangling choice"), "length": _("length"),
    "reading": _("reading level"),
    "violence": _("violence"), "sex": _("sex"), "language": _("strong language"), "drugs": _("drugs"),
    "slurs": _("slur"), "stereotypes": _("stereotype"), "self_harm": _("self-harm"),
    "personal_data": _("personal data"), "public_figures": _("real name"), "brands": _("brand"),
    "own_words": _("our own list"), "classifier": _("classifier"), "judge": _("a model’s judgement"),
}  # fmt: skip


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip()[:80] for line in text.splitlines() if line.strip()))[:1000]


def fields_of(post: QueryDict) -> dict[str, Any]:
    """The page's fields as they stand, valid or not, in the shape that the page draws again."""
    rows = zip(post.getlist("kind"), post.getlist("character"), post.getlist("text"), strict=False)
    fields = {
        "heading": post.get("heading", ""),
        "beats": [{"kind": kind, "character": character, "text": text} for kind, character, text in rows],
        "choices": post.getlist("choice"),
        "summary": post.get("summary", ""),
    }
    if sum(map(len, _strings(fields))) > MAX_SCRATCH:
        raise Refused("request.invalid", reason="too long")
    return fields


def branch_from_post(post: QueryDict) -> Branch:
    """The edited branch; raises Refused("branch.invalid").

    Rows are parallel lists (`kind`, `character`, `text`) and `choice`, in the order of the page. Scenes after
    the first, which only a later format writes, are carried in `rest` as they were.
    """
    fields = fields_of(post)
    beats = [_beat(**row) for row in fields["beats"] if row["text"].strip()]
    choices = [label for label in fields["choices"] if label.strip()]
    return branch_from_json({"scenes": [fields | {"beats": beats, "choices": choices}, *_rest(post.get("rest", "[]"))]})


def _beat(kind: str, character: str, text: str) -> dict[str, Any]:
    spoken = {"character": character} if kind in SPOKEN else {}
    return {"kind": kind if kind in BEAT_KINDS else None, "text": text, **spoken}


def _rest(text: str) -> list[Any]:
    try:
        rest = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return rest if isinstance(rest, list) else []


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []
