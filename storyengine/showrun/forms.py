"""What a showrunner sets for a performance."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from audience.models import HouseRules
from storyengine.plot.lengths import LEAST_POLL_S
from storyengine.plot.models import Performance, Story
from storyengine.script.screenplay import Options
from storyengine.showrun.twin import TWIN

MOST_POLL_S = 3600


class PerformanceForm(forms.ModelForm):
    class Meta:
        model = Performance
        fields = [
            "story", "poll_seconds", "poll_kind", "min_choices", "max_choices", "results", "tie_rule", "tie_seconds",
            "empty_rule", "write_ahead", "shift_rule", "late_rule", "late_seconds", "directive",
            "words_min", "words_max",
        ]  # fmt: skip
        help_texts = {
            "min_choices": _("Of a ballot of several choices."),
            "max_choices": _("Of a ballot of several choices."),
            "results": _("Whoever may not see the counts is not sent them either."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # A rehearsal's copy is nobody's to perform.
        self.fields["story"].queryset = Story.objects.exclude(slug__contains=TWIN)  # type: ignore[attr-defined]
        self.fields["story"].label_from_instance = _title_and_slug  # type: ignore[attr-defined]
        self.fields["poll_seconds"].validators.append(
            MaxValueValidator(MOST_POLL_S, _("A poll is open for %(limit_value)s seconds at most."))
        )
        self.fields["poll_seconds"].widget.attrs |= {"min": LEAST_POLL_S, "max": MOST_POLL_S}

    def clean(self) -> dict[str, Any] | None:
        """Bounds that no ballot could meet are refused, whichever field they were typed into."""
        cleaned = super().clean()
        fewest, most = (self.cleaned_data.get(name) for name in ("min_choices", "max_choices"))
        if fewest is not None and most is not None and not 1 <= fewest <= most:
            self.add_error("max_choices", _("Not fewer than the fewest, and 1 at least."))
        return cleaned

    def clean_tie_seconds(self) -> int:
        return max(5, min(3600, int(self.cleaned_data["tie_seconds"])))


def _title_and_slug(story: Story) -> str:
    """Two stories may have one title."""
    return f"{story.title} · {story.slug}"


class HouseRulesForm(forms.ModelForm):
    class Meta:
        model = HouseRules
        fields = [
            "admissions_needed", "comments_open", "moderation", "comments_visible", "comment_length",
            "comment_seconds", "links", "blocked", "blocked_words", "reactions_open",
        ]  # fmt: skip
        widgets = {"blocked_words": forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})}

    def clean_blocked_words(self) -> str:
        """One word or phrase on a line, each once."""
        lines = (" ".join(line.split()) for line in self.cleaned_data["blocked_words"].splitlines())
        return "\n".join(dict.fromkeys(line for line in lines if line))


class SheetForm(forms.Form):
    number = forms.IntegerField(label=_("How many admissions"), min_value=1, max_value=2000, initial=120)


class ScriptForm(forms.Form):
    """What to print in a script, and how: every field may be left out."""

    paper = forms.ChoiceField(
        label=_("Paper"), choices=[("letter", _("US Letter")), ("a4", _("A4"))], required=False, initial="letter"
    )
    numbers = forms.ChoiceField(
        label=_("Scene numbers"),
        choices=[("own", _("the script’s own")), ("path", _("counted along the path")), ("none", _("none"))],
        required=False,
        initial="own",
    )
    choices = forms.BooleanField(label=_("Choices and votes, as notes"), required=False)
    approvals = forms.BooleanField(label=_("Who approved each scene, as notes"), required=False)
    notes = forms.BooleanField(label=_("The writers’ own notes and sections, on the page"), required=False)
    appendix = forms.BooleanField(
        label=_("As it was played: times, votes and the audience’s words, in an appendix"), required=False
    )
    draft = forms.CharField(label=_("Draft"), max_length=80, required=False)
    date = forms.CharField(label=_("Date"), max_length=40, required=False)
    authors = forms.CharField(label=_("Authors"), max_length=300, required=False)
    contact = forms.CharField(
        label=_("Contact"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    @property
    def checks(self) -> list[forms.BoundField]:
        """The fields that are ticked or not."""
        return [field for field in self if isinstance(field.field, forms.BooleanField)]

    def options(self) -> Options:
        data = {name: value for name, value in self.cleaned_data.items() if value}
        return Options(**data)


class PathScriptForm(ScriptForm):
    """The same for a path that nobody has played: it has no votes, no approvals and no hour."""

    approvals = None  # type: ignore[assignment] # Django's way to leave a field out
    appendix = None  # type: ignore[assignment]
    choices = forms.BooleanField(label=_("The choices of each scene, as notes"), required=False)
