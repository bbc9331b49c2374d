"""Every setting, read from the environment once, loudly. The README lists them all; a test checks that."""

import logging
import math
import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from storyengine.embedded import var_dir

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = var_dir()


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    value = text(name, "on" if default else "off").lower()
    if value not in {"on", "off"}:
        raise ImproperlyConfigured(f"{name}={value!r}: say on or off")
    return value == "on"


def number(name: str, default: float, *, least: float = 0) -> float:
    value = text(name, str(default))
    try:
        parsed = float(value)
        if not math.isfinite(parsed):
            raise ValueError
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r}: a number is needed") from None
    if parsed < least:
        raise ImproperlyConfigured(f"{name}={value!r}: at least {least} is needed")
    return parsed


def address(name: str, default: str = "") -> str:
    value = text(name, default).rstrip("/")
    if value and not (value.startswith(("http://", "https://")) and urlsplit(value).hostname):
        raise ImproperlyConfigured(f"{name}={value!r}: an address such as https://example.org is needed")
    return value


def time_zone() -> str:
    name = text("STORYENGINE_TIME_ZONE", "UTC")
    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, OSError):  # LookupError: no such zone; the others: a name that is no file's
        raise ImproperlyConfigured(f"STORYENGINE_TIME_ZONE={name!r}: such as Europe/Berlin is needed") from None


def log_level() -> str:
    level = text("STORYENGINE_LOG_LEVEL", "WARNING").upper()
    if level not in logging.getLevelNamesMapping():
        raise ImproperlyConfigured(f"STORYENGINE_LOG_LEVEL={level!r}: say DEBUG, INFO, WARNING or ERROR")
    return level


def words(name: str, default: str = "") -> list[str]:
    return [word for word in text(name, default).replace(",", " ").split() if word]


def secret_key() -> str:
    """STORYENGINE_SECRET_KEY, or one made at the first start and kept, readable by its owner only."""
    given = text("STORYENGINE_SECRET_KEY")
    if given:
        if len(given) < 32:
            raise ImproperlyConfigured("STORYENGINE_SECRET_KEY: 32 characters at least")
        return given
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was first: its key counts
        fresh.unlink()
    return path.read_text()


def database(url: str) -> dict[str, object]:
    """Django's form of a `postgresql://` URL; a query such as `?sslmode=require` goes to libpq as it is."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL: postgresql://user:password@host:port/name is needed")
    # The pool's own patience would double its waits: a server that was away for a minute would be missed for another.
    most = int(number("STORYENGINE_DB_POOL", 12, least=2))
    pool = {"min_size": 0, "max_size": most, "timeout": 10, "reconnect_timeout": 2}
    options = dict(pair.split("=", 1) for pair in unquote(parts.query).split("&") if "=" in pair)
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        # The pool, not CONN_MAX_AGE: under ASGI a kept connection belongs to a thread that may never come back.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {**options, "pool": pool},
    }


DEBUG = flag("STORYENGINE_DEBUG", False)
SECRET_KEY = secret_key()
BEHIND_PROXY = flag("STORYENGINE_BEHIND_PROXY", False)
PUBLIC_URL = address("STORYENGINE_PUBLIC_URL", "http://127.0.0.1:8000")
SECURE = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = sorted(
    {urlsplit(PUBLIC_URL).hostname or "", *words("STORYENGINE_ALLOWED_HOSTS", "localhost 127.0.0.1")}
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# Both URLs are set by embedded.provide() where nobody else sets them; the defaults serve tools that read
# the code and open no connection.
DATABASES = {"default": database(text("DATABASE_URL", "postgresql://localhost/storyengine"))}
REDIS_URL = text("REDIS_URL", "redis://localhost:6379/0")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # so that templates/django/forms/ says how a field looks
    "axes",
    "csp",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "ninja",  # its docs page, from our own static files
    "storyengine.plot",
    "audience",
    "storyengine.generation",
    "storyengine.editorial",
    "storyengine.showrun",
]
MIDDLEWARE = [
    "storyengine.edge.RefusalMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "storyengine.urls"
ASGI_APPLICATION = "storyengine.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Guessing is stopped per name and address together: a stranger cannot lock an editor out of tonight's show.
AXES_FAILURE_LIMIT = int(number("STORYENGINE_SIGN_IN_TRIES", 8, least=1))
AXES_COOLOFF_TIME = timedelta(minutes=number("STORYENGINE_SIGN_IN_PAUSE_MIN", 5, least=0.01))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "storyengine.edge.client_address"
AXES_LOCKOUT_CALLABLE = "storyengine.edge.locked_out"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # who signed in from where is nobody's business a day later
AXES_ENABLE_ADMIN = False
OTP_TOTP_ISSUER = "Story Engine"
LOGIN_URL = "login"
LOGOUT_REDIRECT_URL = "home"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = "storyengine.formats"
USE_TZ = True
TIME_ZONE = time_zone()

STATIC_URL = "/static/"
STATIC_ROOT = Path(text("STORYENGINE_STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "storyengine" / "static"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Without a collectstatic step (make run, tests) files are served from where they lie.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 14 * 3600  # a long working day: an editor's phone left in a bar is signed out by morning
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000  # the page of a scene with as many beats and choices as plot/forms.py takes

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_DEFAULT_QUEUE = "short"
CELERY_TASK_ROUTES = {
    "storyengine.generation.tasks.write_draft": {"queue": "generation"},
    "storyengine.editorial.tasks.judge_revision": {"queue": "generation"},  # it loads a model too
}
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
# Above the longest task: a draft that runs longer than its lease is taken up again by its row, not by Redis.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False

# The desk: checks that a model makes, off unless one is named
CHECK_CLASSIFIER = text("STORYENGINE_CHECK_CLASSIFIER")
CHECK_JUDGE = text("STORYENGINE_CHECK_JUDGE")

# The audience
GUEST_TOKEN_AGE_S = int(number("STORYENGINE_GUEST_TOKEN_HOURS", 12, least=0.01) * 3600)
BALLOT_BATCH_MS = number("STORYENGINE_BALLOT_BATCH_MS", 5, least=1)
COMMENT_INTERVAL_S = number("STORYENGINE_COMMENT_INTERVAL_S", 2)
SENTIMENT_MODEL = text("STORYENGINE_SENTIMENT_MODEL")  # none: only English is scored, all else is unknown
EMBED_ORIGINS = words("STORYENGINE_EMBED_ORIGINS")  # whose pages may frame /embed/; none: nobody's
CHAT_TOKEN = text("STORYENGINE_CHAT_TOKEN")

# The writer
BOX_MODEL = str(BASE_DIR / "storyengine" / "generation" / "writer" / "box")
# With a URL the writer is that server and the model a name that it knows; without one, a model loaded here.
WRITER_URL = address("STORYENGINE_WRITER_URL")
WRITER_API_KEY = text("STORYENGINE_WRITER_API_KEY")
WRITER_MODEL = text("STORYENGINE_WRITER_MODEL", "" if WRITER_URL else BOX_MODEL)
# Plan first, then write.
WRITER_PLANS = flag("STORYENGINE_WRITER_PLANS", True)
# Adapters that `manage.py finetune` made: the web processes list them, the writers read them.
ADAPTERS_DIR = Path(text("STORYENGINE_ADAPTERS", str(VAR_DIR / "adapters")))
WRITER_CANDIDATES = int(number("STORYENGINE_WRITER_CANDIDATES", 0))
WRITERS = max(1, int(number("STORYENGINE_WRITERS", 1)))
WRITER_THREADS = int(number("STORYENGINE_WRITER_THREADS", 0))
WRITER_LEASE_S = number("STORYENGINE_WRITER_LEASE_S", 120, least=5)
WRITER_DEADLINE_S = number("STORYENGINE_WRITER_DEADLINE_S", 600, least=1)
# How long no news of an attempt is good news: of words, of a server's first word, of a compiler or a loader.
WRITER_HANG_S = number("STORYENGINE_WRITER_HANG_S", 120, least=1)
WRITER_WAIT_S = number("STORYENGINE_WRITER_WAIT_S", 120, least=1)
WRITER_PREPARE_S = number("STORYENGINE_WRITER_PREPARE_S", 300, least=1)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"one_line": {"()": "storyengine.logs.OneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["one_line"]}},
    "root": {"handlers": ["console"], "level": log_level()},
}
