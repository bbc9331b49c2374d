"""The desk's window on the writers: what is being written, as server-sent events, for editors only.

An editor who comes, or comes back, is told each running draft as it stands, and then what is added to it.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import redis.asyncio
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.models import User

from storyengine.editorial.rules import EDIT, may, stories_of
from storyengine.errors import Refused
from storyengine.generation.models import Draft
from storyengine.generation.progress import CHANNEL, key_of
from storyengine.plot.models import Story

logger = logging.getLogger(__name__)

RETRY_MS = 2000
ROLL_CALL_S = 10.0  # how often the desk is told what is being written, and the permission is asked for again
LONGEST_S = 600.0  # then the browser comes again, and through the front door
MOST_SHOWN = 40


def is_editor(user_id: int) -> bool:
    """Whether this is an editor of some story now; asked afresh, for those who stay connected."""
    user = User.objects.filter(pk=user_id).first()
    return user is not None and may(user, EDIT)


async def events(user_id: int) -> AsyncIterator[str]:
    """The stream of one editor, until it leaves or may no longer see it."""
    yield f"retry: {RETRY_MS}\n\n"
    try:
        async with asyncio.timeout(LONGEST_S):
            async for event in _news(user_id):
                yield event
    except TimeoutError:
        return
    except redis.RedisError:
        logger.warning("an editor does not see what is written: Redis is away")
        yield frame(Refused("server.busy").as_message())


async def _news(user_id: int) -> AsyncIterator[str]:
    connection = redis.asyncio.Redis.from_url(settings.REDIS_URL, health_check_interval=10)
    async with connection, connection.pubsub() as subscription:
        # Subscribed before the states are read: what comes in between is in both, and counted by its `seq`.
        await subscription.subscribe(CHANNEL)
        running = await _running(user_id)
        for state in await _states(connection, running):
            yield frame(state)
        yield frame(_roll_call(running))
        called_at = asyncio.get_running_loop().time()
        while True:
            message = await subscription.get_message(ignore_subscribe_messages=True, timeout=ROLL_CALL_S)
            now = asyncio.get_running_loop().time()
            if now - called_at >= ROLL_CALL_S:
                called_at = now
                if not await database_sync_to_async(is_editor, thread_sensitive=False)(user_id):
                    yield frame(Refused("request.forbidden").as_message())
                    return
                running = await _running(user_id)
                yield frame(_roll_call(running))
            news = json.loads(message["data"]) if message else None
            if news and news["type"] == "draft.state":  # new to the desk
                running |= await _running(user_id)
            if news and news["draft"] in running:
                yield frame(news | running[news["draft"]] if news["type"] == "draft.state" else news)


async def _states(connection: redis.asyncio.Redis, running: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Every draft that is being written, as it stands."""
    if not running:
        return []
    found = await connection.mget([key_of(draft) for draft in running])
    return [
        (json.loads(text) if text else {"type": "draft.state", "draft": draft, "fence": 0, "seq": -1, "texts": []})
        | about
        for (draft, about), text in zip(running.items(), found, strict=True)
    ]


def _roll_call(running: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Which drafts are being written: whatever else the desk shows has ended without a word, like its writer."""
    return {"type": "desk.ready", "drafts": list(running)}


async def _running(user_id: int) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = await database_sync_to_async(_read_running, thread_sensitive=False)(user_id)
    return found


def _read_running(user_id: int) -> dict[int, dict[str, Any]]:
    """Draft -> what an editor wants to know of it, besides its text; of the stories on which this one may edit."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return {}
    drafts = Draft.objects.running().filter(brief__performance__state="live").select_related(
        "brief__choice", "brief__performance__story"
    )  # fmt: skip
    allowed = stories_of(user, EDIT)
    if allowed is not None:
        drafts = drafts.filter(brief__performance__story__in=Story.objects.filter(allowed))
    return {
        draft.pk: {
            "choice": draft.brief.choice.label,
            "language": draft.brief.performance.story.language,
            "code": draft.brief.performance.code,
        }
        for draft in drafts[:MOST_SHOWN]
    }


def frame(message: dict[str, Any]) -> str:
    """One event of the stream; its name is the message's type."""
    return f"event: {message['type']}\ndata: {json.dumps(message, ensure_ascii=False)}\n\n"
