"""Look, do not touch: ballots and tallies are written by the show alone."""

from django.contrib import admin
from django.http import HttpRequest

from audience.models import Ballot, Comment, Guest, Poll, Tally


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Poll)
class PollAdmin(ReadOnly):
    list_display = ["question", "performance", "kind", "results", "state", "closes_at"]
    list_select_related = ["performance__story"]


@admin.register(Tally)
class TallyAdmin(ReadOnly):
    list_display = ["poll", "voters", "winner", "decided_by"]
    list_select_related = ["poll", "winner"]


@admin.register(Comment)
class CommentAdmin(ReadOnly):
    list_display = ["text", "performance", "sentiment", "created_at", "hidden_at"]
    list_select_related = ["performance__story"]
    search_fields = ["text"]


admin.site.register([Guest, Ballot], ReadOnly)
