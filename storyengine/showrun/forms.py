"""What a showrunner sets for a performance."""

from typing import Any

from django import forms

from storyengine.plot.models import Performance, Story
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
