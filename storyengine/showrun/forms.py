"""What a showrunner sets for a performance."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from storyengine.plot.models import Performance, Story
from storyengine.script.screenplay import Options
from storyengine.showrun.twin import TWIN


class PerformanceForm(forms.ModelForm):
    class Meta:
        model = Performance
        fields = [
            "story", "poll_seconds", "results", "tie_rule", "empty_rule", "write_ahead", "shift_rule",
            "late_rule", "late_seconds", "directive",
        ]  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # A rehearsal's copy is nobody's to perform.
        self.fields["story"].queryset = Story.objects.exclude(slug__contains=TWIN)  # type: ignore[attr-defined]

    def clean_poll_seconds(self) -> int:
        return max(5, min(3600, int(self.cleaned_data["poll_seconds"])))


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

    def options(self) -> Options:
        data = {name: value for name, value in self.cleaned_data.items() if value}
        return Options(**data)
