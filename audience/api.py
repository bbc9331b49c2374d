"""The audience over HTTP, for networks that block sockets and for clients that others write."""

import logging
import math
import secrets
from typing import Annotated, Any, Literal

from channels.db import database_sync_to_async
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import BaseModel, Field, StrictInt

from audience import ballots, commands, comments, door, guests, live, messages, parts, reactions, shapes, tickets
from audience.models import MAX_COMMENT
from audience.tickets import Ticket
from storyengine.errors import Refused


class GuestToken(HttpBearer):
    """`Authorization: Bearer <token>`: no cookie is read, so no other site can speak for a guest."""

    def authenticate(self, request: HttpRequest, token: str) -> Ticket:
        ticket = _read(request, token)
        if not ticket.guest:
            raise Refused("request.forbidden")
        return ticket


class AnyToken(HttpBearer):
    """The same token where one is sent: what a guest may see can depend on whether they have voted."""

    def __call__(self, request: HttpRequest) -> Ticket | None:
        return super().__call__(request) or Ticket(0, "")

    def authenticate(self, request: HttpRequest, token: str) -> Ticket:
        return _read(request, token)


def _read(request: HttpRequest, token: str) -> Ticket:
    assert request.resolver_match is not None
    return tickets.read(token, code=guests.normalise_code(str(request.resolver_match.kwargs["code"])))


api = NinjaAPI(
    title="Story Engine: the audience",
    version="1",
    description="What a socket can do, for networks that block sockets. The socket itself is described at /api/wire/.",
    urls_namespace="api",
    auth=None,
    docs_decorator=lambda view: csrf_exempt(require_safe(view)),
)


class Join(Schema):
    nickname: str = ""
    admission: str = ""


class Token(Schema):
    token: str


# What messages.py refuses with a code of its own, said in the document and checked in one place: there.
ID: dict[str, Any] = {"minimum": 1, "maximum": commands.MAX_ID}
REF: dict[str, Any] = {"minLength": 1, "maxLength": commands.MAX_REF, "pattern": r"^[^\x00-\x1f\x7f-\x9f]+$"}
CHOICES: dict[str, Any] = {"minItems": 1, "maxItems": commands.MAX_CHOICES}


class Ballot(Schema):
    """`ref` names the ballot, so that one that is sent again is known; `seq` orders it among the guest's own."""

    poll: StrictInt = Field(json_schema_extra=ID)
    choices: list[Annotated[StrictInt, Field(json_schema_extra=ID)]] = Field(json_schema_extra=CHOICES)
    seq: StrictInt | None = Field(None, json_schema_extra=ID)
    ref: str = Field(default_factory=lambda: secrets.token_hex(8), json_schema_extra=REF)


class CommentIn(Schema):
    text: str = Field(json_schema_extra={"minLength": 1, "maxLength": MAX_COMMENT})
    ref: str = Field(json_schema_extra=REF)


class ReactionIn(Schema):
    kind: parts.Reaction
    ref: str = Field("http", json_schema_extra=REF)


class Error(Schema):
    """Every refusal: a code for programs, a sentence for people."""

    type: Literal["error"]
    code: str
    message: str
    retry_after: float | None = None


REFUSALS = dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503), Error)


def answers(model: type[BaseModel]) -> dict[str, Any]:
    """The 200 answer as the wire's own document describes it."""
    return {"responses": {200: {"content": {"application/json": {"schema": shapes.schema_of(model)}}}}}


@api.post("/performances/{code}/guests", response={201: Token, **REFUSALS})
def join_performance(request: HttpRequest, code: str, join: Join | None = None) -> tuple[int, dict[str, str]]:
    """Become a guest of a performance; the token opens the socket and authorises the calls below."""
    performance = guests.find_performance(code)
    door.knock(performance, door.address_of(request))
    join = join or Join()
    _, token = guests.join(performance, nickname=join.nickname, admission=join.admission)
    return 201, {"token": token}


@api.get(
    "/performances/{code}",
    response={200: dict[str, Any], **REFUSALS},
    auth=AnyToken(),
    openapi_extra=answers(shapes.PerformanceSnapshot) | {"security": [{}]},
)
async def read_performance(request: HttpRequest, code: str) -> Any:
    """The snapshot: what the socket's first frame holds. A guest's token shows what that guest may see."""
    ticket = _ticket(request)
    if not ticket.code:
        performance = await _find(code)
        ticket = Ticket(performance.pk, performance.code)
    if known := await live.remembered(ticket):
        return HttpResponse(known, content_type="application/json; charset=utf-8")
    return await _snapshot_now(await _find(code), guest=ticket.guest)


@api.post(
    "/performances/{code}/ballots",
    response={200: dict[str, Any], **REFUSALS},
    auth=GuestToken(),
    openapi_extra=answers(shapes.BallotAccepted),
)
async def cast_ballot(request: HttpRequest, code: str, ballot: Ballot) -> dict[str, Any]:
    """Cast or change a ballot; answered after it is committed."""
    command = commands.ballot_from(ballot.dict())
    await ballots.writer().cast(command, _ticket(request))
    return messages.accepted(command)


@api.post(
    "/performances/{code}/comments",
    response={200: dict[str, Any], **REFUSALS},
    auth=GuestToken(),
    openapi_extra=answers(shapes.CommentAccepted),
)
def post_comment(request: HttpRequest, code: str, comment: CommentIn) -> dict[str, Any]:
    """Say something about the scene that is on now; the same ref twice is one comment."""
    command = commands.comment_from(comment.dict())
    comments.post_comment(_ticket(request), ref=command.ref, text=command.text)
    return messages.accepted(command)


@api.post(
    "/performances/{code}/reactions",
    response={200: dict[str, Any], **REFUSALS},
    auth=GuestToken(),
    openapi_extra=answers(shapes.ReactionAccepted),
)
async def send_reaction(request: HttpRequest, code: str, reaction: ReactionIn) -> dict[str, Any]:
    """Applaud, laugh, gasp or send a heart: one more in the scene's count."""
    command = commands.reaction_from(reaction.dict())
    await reactions.send_reaction(command, _ticket(request))
    return messages.accepted(command)


_find = database_sync_to_async(guests.find_performance, thread_sensitive=False)
_snapshot_now = database_sync_to_async(live.snapshot_now, thread_sensitive=False)


def _ticket(request: HttpRequest) -> Ticket:
    ticket: Ticket = request.auth  # type: ignore[attr-defined]
    return ticket


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    response = api.create_response(request, error.as_message(), status=error.status)
    if "retry_after" in error.detail:
        response["Retry-After"] = str(math.ceil(error.detail["retry_after"]))
    return response


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    # Where it is wrong and why, without echoing what was sent.
    faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors[:3])
    return refused(request, Refused("request.invalid", reason=faults))


@api.exception_handler(AuthenticationError)
def unauthorised(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return refused(request, Refused("guest.token_missing"))


@api.exception_handler(HttpError)
def malformed(request: HttpRequest, error: HttpError) -> HttpResponse:
    return refused(request, Refused("message.malformed"))


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return refused(request, Refused("message.too_large"))


@api.exception_handler(Exception)
def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    logging.getLogger(__name__).exception("an API call failed", exc_info=error)
    return refused(request, Refused("server.failed"))
