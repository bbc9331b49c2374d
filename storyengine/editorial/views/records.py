"""The audit log as a page and as files, and the profile of a story's checks."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from storyengine.edge import signed_in
from storyengine.editorial.forms import RULE_NAMES, ProfileForm
from storyengine.editorial.models import AuditEntry
from storyengine.editorial.profiles import save_profile
from storyengine.editorial.record import as_csv, as_json_lines
from storyengine.editorial.rules import READ_AUDIT, SET_PROFILE, profile_of, require, stories_of
from storyengine.editorial.views.doors import opens_with
from storyengine.errors import Refused
from storyengine.plot.models import Story

PER_PAGE = 100
FORMATS = {"jsonl": (as_json_lines, "application/x-ndjson"), "csv": (as_csv, "text/csv; charset=utf-8")}


@require_safe
@opens_with(READ_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """The log, the latest first."""
    page = Paginator(_entries(request).order_by("-id"), PER_PAGE).get_page(request.GET.get("page", "1"))
    return render(request, "editorial/audit.html", {"page": page, "formats": list(FORMATS)})


@require_safe
@opens_with(READ_AUDIT)
def audit_file(request: HttpRequest, extension: str) -> HttpResponse:
    """The whole log as a file, the oldest first."""
    if extension not in FORMATS:
        raise Refused("request.not_found")
    write, media_type = FORMATS[extension]
    answer = HttpResponse("".join(write(_entries(request).iterator())), content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.now():%Y%m%d-%H%M}.{extension}"'
    return answer


@opens_with(SET_PROFILE)
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """What the checks block, warn of and let pass in one story."""
    story = get_object_or_404(Story, slug=slug)
    require(signed_in(request), SET_PROFILE, story)
    form = ProfileForm(request.POST or None, instance=profile_of(story))
    if request.method == "POST" and form.is_valid():
        save_profile(form.fill(), by=signed_in(request))
        return redirect("profile", slug=slug)
    levels = [form[f"level_{rule}"] for rule in RULE_NAMES]
    status = 422 if form.errors else 200
    return render(request, "editorial/profile.html", {"form": form, "story": story, "levels": levels}, status=status)


def _entries(request: HttpRequest) -> QuerySet[AuditEntry]:
    """What this person may read: all, or what belongs to the stories of their roles."""
    allowed = stories_of(signed_in(request), READ_AUDIT)
    entries = AuditEntry.objects.all()
    return entries if allowed is None else entries.filter(story__in=Story.objects.filter(allowed).values("pk"))
