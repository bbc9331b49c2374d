"""What Channels' own documentation leads to: a consumer that saves with the ORM, and one that sits in a group."""

import os
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import path
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storyengine.settings")
get_asgi_application()  # sets Django up, so it comes before everything that uses models
settings.CHANNEL_LAYERS = {
    "group": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [settings.REDIS_URL]}}
}

from audience.models import Ballot  # noqa: E402


class SavingConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """One statement and one commit a ballot, in the one thread that Channels gives to synchronous code."""

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        await self._save(content["poll"], content["choices"][0])
        await self.send_json({"type": "ballot.accepted", "ref": content["ref"], "poll": content["poll"]})

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def _save(self, poll: int, choice: int) -> None:
        guest = int(self.scope["url_route"]["kwargs"]["guest"])
        Ballot.objects.update_or_create(
            poll_id=poll, guest_id=guest, defaults={"choices": [choice], "cast_at": timezone.now()}
        )


class GroupConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Sits in a group; what comes in at /control/ goes out to it with `group_send`."""

    channel_layer_alias = "group"
    groups: tuple[str, ...] = ("house",)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.channel_layer.group_send("house", {"type": "news", "text": text_data})

    async def news(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


class ControlConsumer(GroupConsumer):
    """Tells the group what to hear, and hears nothing itself."""

    groups = ()


_routes = [
    path("save/<int:guest>", SavingConsumer.as_asgi()),
    path("group", GroupConsumer.as_asgi()),
    path("control", ControlConsumer.as_asgi()),
]
application = ProtocolTypeRouter({"websocket": URLRouter(_routes)})
