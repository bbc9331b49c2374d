"""The web process: pages and API through Django, sockets through Channels' routing."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storyengine.settings")
http_application = get_asgi_application()  # sets Django up, so it comes before everything that uses models

from audience.routing import websocket_application  # noqa: E402

application = ProtocolTypeRouter({"http": http_application, "websocket": websocket_application})
