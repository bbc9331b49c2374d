"""What a guest types before the show: a code, perhaps a name, and an admission where the house asks for one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from audience.models import MAX_NICKNAME


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Join code"), max_length=24)


class JoinForm(forms.Form):
    nickname = forms.CharField(label=_("Nickname"), max_length=MAX_NICKNAME, required=False)
    admission = forms.CharField(label=_("Admission code"), max_length=40, required=False)
