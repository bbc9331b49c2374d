"""The stage door: signing in, and one-time passwords for those who want them."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_otp import devices_for_user, login, match_token
from django_otp.plugins.otp_totp.models import TOTPDevice

from audience.views import qr_svg
from storyengine.edge import signed_in
from storyengine.editorial.rules import may
from storyengine.errors import Refused
from storyengine.showrun.one_time import begin, confirm, confirmed, give_up, recovery_codes


class SignInForm(AuthenticationForm):
    """Name and words; and for who has set that up the one-time password, or a recovery code in its place."""

    token = forms.CharField(label=_("One-time code, if you use one"), required=False, max_length=16)

    error_messages = AuthenticationForm.error_messages | {
        "token": _("A one-time password is needed: the six digits that your app shows now, or a recovery code.")
    }

    def clean(self) -> dict[str, Any]:
        super().clean()
        user = self.get_user()
        if user is not None and any(devices_for_user(user)):
            token = self.cleaned_data.get("token", "").replace(" ", "")
            device = match_token(user, token) if token else None  # an empty field is no guess to be counted
            if device is None:
                raise ValidationError(self.error_messages["token"], code="token")
            user.otp_device = device  # type: ignore[attr-defined]
        return self.cleaned_data


# Where somebody's work is, the first that they may see.
ROOMS = (
    ("console", "plot.change_performance"),
    ("desk", "editorial.change_revision"),
    ("moderation", "audience.change_comment"),
    ("stories", "plot.change_story"),
)


class SignIn(LoginView):
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        user = signed_in(self.request)
        return reverse(next((room for room, permission in ROOMS if may(user, permission)), "home"))

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        device = getattr(form.get_user(), "otp_device", None)
        if device is not None:
            login(self.request, device)
        return answer


@login_required
def one_time_passwords(request: HttpRequest) -> HttpResponse:
    """Set one-time passwords up, see the recovery codes once, or do without again."""
    user, codes = signed_in(request), []
    try:
        match request.POST.get("do"):
            case "confirm":
                codes = confirm(user, token=request.POST.get("token", ""))
                login(request, TOTPDevice.objects.get(user=user, confirmed=True))
            case "codes":
                codes = recovery_codes(user, token=request.POST.get("token", ""))
            case "give_up":
                give_up(user, token=request.POST.get("token", ""))
                return redirect("one_time_passwords")
    except Refused as refused:
        return _page(request, user, [], refused)
    return _page(request, user, codes)


def _page(request: HttpRequest, user: User, codes: list[str], refused: Refused | None = None) -> HttpResponse:
    device = None if confirmed(user) else begin(user)
    context = {
        "on": device is None,
        "qr_svg": qr_svg(device.config_url) if device else "",
        "secret": device.config_url.partition("secret=")[2].partition("&")[0] if device else "",
        "codes": codes,
        "refused": refused,
    }
    answer = render(request, "registration/one_time.html", context, status=refused.status if refused else 200)
    answer["Cache-Control"] = "no-store"
    return answer
