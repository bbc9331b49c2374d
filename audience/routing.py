"""Where sockets go, and which origins may open them."""

from typing import Any
from urllib.parse import urlsplit

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import validate_host
from django.urls import path, re_path

from audience.consumers import live_socket
from audience.outbox import Receive, Send


class SameHostOrigin:
    """Let a socket through if its Origin is one of ALLOWED_HOSTS, or if it has none.

    A browser always sends an Origin, so a page of another site cannot open our sockets. A program sends
    none; it is asked for the same signed token, which no cookie carries.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> Any:
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        if all(validate_host(_host(origin), settings.ALLOWED_HOSTS) for origin in origins):
            return await self.application(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:  # such as "http://[": nobody's host
        return ""


# Channels raises for an address that leads nowhere, which would be a traceback for every stranger who tries one.
ROUTES = [path("live/<str:code>/", live_socket), re_path("", WebsocketDenier.as_asgi())]  # type: ignore[arg-type]
websocket_application = SameHostOrigin(URLRouter(ROUTES))
