"""Token buckets in Redis: how often something may happen, for all processes together.

A bucket holds `burst` tokens and regains `rate` of them a second. It is kept only until it would be full again.
"""

import asyncio
import time
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio
from django.conf import settings

from audience import live

# One step for any number of buckets: a token is taken from each, or from none. Answers with the seconds to wait.
TAKE = """
local wait, left = 0, {}
for i, key in ipairs(KEYS) do
  local rate, burst, now = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1]), tonumber(ARGV[1])
  local kept = redis.call('HMGET', key, 'tokens', 'at')
  local tokens, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
  tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
  left[i] = tokens - 1
  if tokens < 1 then wait = math.max(wait, (1 - tokens) / rate) end
end
if wait > 0 then return tostring(wait) end
for i, key in ipairs(KEYS) do
  redis.call('HSET', key, 'tokens', tostring(left[i]), 'at', ARGV[1])
  redis.call('EXPIRE', key, math.ceil(tonumber(ARGV[2 * i + 1]) / tonumber(ARGV[2 * i])) + 1)
end
return '0'
"""

Bucket = tuple[str, float, float]  # key, rate a second, burst


def take(*buckets: Bucket, now: float | None = None) -> float:
    """Seconds until there is a token in each bucket; 0 if one was taken from each. Raises redis.RedisError."""
    answer: Any = live.client().eval(TAKE, len(buckets), *_arguments(buckets, now))
    return float(answer)


async def take_async(*buckets: Bucket, now: float | None = None) -> float:
    answer: Any = await client().eval(TAKE, len(buckets), *_arguments(buckets, now))
    return float(answer)


def _arguments(buckets: tuple[Bucket, ...], now: float | None) -> list[str]:
    numbers = [str(number) for _, rate, burst in buckets for number in (rate, burst)]
    return [key for key, _, _ in buckets] + [repr(time.time() if now is None else now), *numbers]


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, redis.asyncio.Redis] = WeakKeyDictionary()


def client() -> redis.asyncio.Redis:
    """The running event loop's own connection pool."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_timeout=2)
    return _clients[loop]
