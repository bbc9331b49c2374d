"""The web process: pages and API through Django, sockets through Channels' routing."""

import gc
import os
import warnings

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storyengine.settings")
# WhiteNoise hands out files that are a few KB each; reading one at once is what it would do anyway.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
http_application = get_asgi_application()  # sets Django up, so it comes before everything that uses models

from audience.routing import websocket_application  # noqa: E402

application = ProtocolTypeRouter({"http": http_application, "websocket": websocket_application})

# What is here now stays, and what a ballot leaves behind is freed by counting. Looking through all of it for cycles
# every seven hundred objects, as Python does by itself, took a third of a busy web process's time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
