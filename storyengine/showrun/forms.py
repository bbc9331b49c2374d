"""What a showrunner sets for a performance."""

from django import forms

from storyengine.plot.models import Performance


class PerformanceForm(forms.ModelForm):
    class Meta:
        model = Performance
        fields = [
            "story", "poll_seconds", "results", "tie_rule", "empty_rule", "write_ahead", "shift_rule",
            "late_rule", "late_seconds", "directive",
        ]  # fmt: skip

    def clean_poll_seconds(self) -> int:
        return max(5, min(3600, int(self.cleaned_data["poll_seconds"])))
