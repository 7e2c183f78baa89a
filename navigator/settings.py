"""The one settings file: read from the environment, safe without it.

Every variable is listed in docs/hosting.md. A value that makes no sense stops the start and says so.
"""

import os
import secrets
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from services import areas

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("DATA_DIR", BASE_DIR / "var"))
"""What the site writes: the embedded database, the secret key, the kept edition."""
VAR.mkdir(mode=0o700, parents=True, exist_ok=True)  # nobody else on the machine reads what is in it


def switch(name: str, default: bool) -> bool:
    """A variable that is ``on`` or ``off``. Raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "on" if default else "off")
    if value not in ("on", "off"):
        raise ImproperlyConfigured(f"{name} must be “on” or “off”, not “{value}”.")
    return value == "on"


def listed(name: str, default: str = "") -> list[str]:
    """A variable that lists values, split by commas."""
    return [value.strip() for value in os.environ.get(name, default).split(",") if value.strip()]


def kept_secret_key() -> str:
    """The key in the data folder, made on the first run and readable by its owner alone."""
    path = VAR / "secret-key"
    if not path.exists():
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(64))
        except FileExistsError:  # another process was first
            pass
    return path.read_text().strip()


DEBUG = False
SECRET_KEY = os.environ.get("SECRET_KEY") or kept_secret_key()
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 random characters.")
SECRET_KEY_FALLBACKS = listed("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

# What a host may set about the public pages.
SITE_NAME = os.environ.get("SITE_NAME") or _("Find services")
"""Neutral on purpose: it stands in tab titles and histories (docs/safety-rules.md B3)."""
EXIT_URL = os.environ.get("EXIT_URL", "https://www.weather.gov/")
"""Where Leave goes: one fast, dull page that is the same for everyone (A13)."""
if not EXIT_URL.startswith("https://") and not EXIT_URL.startswith("http://127.0.0.1"):
    raise ImproperlyConfigured("EXIT_URL must start with https://")

OPERATOR = os.environ.get("OPERATOR", "")
"""Who runs this copy, and how to reach them, in one line; stands on two pages."""

HOME_AREA = os.environ.get("HOME_AREA", "")
"""The place whose services are shown to whoever names no other: ``US-TX``, or a county such as ``48201``."""
if HOME_AREA and not areas.state_of(HOME_AREA):
    raise ImproperlyConfigured(f"HOME_AREA must be like US-TX, or the five digits of a county, not “{HOME_AREA}”.")

NUMBER_REPORTS = switch("NUMBER_REPORTS", False)
"""Whether visitors may say that a number did not work (docs/decisions/0016-numbers-that-did-not-work.md)."""

INSTALLED_APPS = [
    "navigator.apps.NavigatorConfig",
    "navigator.apps.StaffConfig",
    "services",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "i18nfield",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "navigator.middleware.private",
    "navigator.public.page_cache.compress_response",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "navigator.staff.signin.guard",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "navigator.urls"
WSGI_APPLICATION = "navigator.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["navigator.template_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": ["navigator.templatetags.words", "django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# A database of its own for a start; PostgreSQL by DATABASE_URL.
DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{VAR / 'db.sqlite3'}", conn_max_age=60, conn_health_checks=True
    )
}
DATABASE_OPTIONS: dict[str, dict[str, object]] = {
    # Readers never wait for a writer; writers queue up at the start, not when it is too late; each for 20 seconds.
    "django.db.backends.sqlite3": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    },
    # A database that is gone without a word is noticed within seconds: the watch for editions must not hang on it.
    "django.db.backends.postgresql": {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
    },
}
_database = DATABASES["default"]
_database["OPTIONS"] = {**DATABASE_OPTIONS.get(_database["ENGINE"], {}), **_database.get("OPTIONS", {})}
EDITION_FILE = VAR / "edition.json"
"""The last edition that this machine saw, for a start without a database."""
POCKET_DIR = Path(os.environ.get("POCKET_DIR", VAR / "pocket"))
"""The pocket edition, a file a language, for nginx to show when no web process does: a folder that nginx can read."""

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
"""For how long a link to choose a password is good (navigator/staff/invitations.py), in seconds."""

FOUR_EYES = switch("FOUR_EYES", False)
"""Whether whoever edited the draft since it was last published must let somebody else publish it."""

# Languages: the default first. A host names those that it publishes.
KNOWN_LANGUAGES = {"en": _("English"), "es": _("Spanish")}
LANGUAGES = [(code, KNOWN_LANGUAGES.get(code, code)) for code in listed("LANGUAGES", "en,es")]
LANGUAGE_CODE = LANGUAGES[0][0]
CONTENT_DIR = BASE_DIR / "fixtures"
"""The content of this release: loaded once by `setup`, later brought in by `update_content`."""
LOCALE_PATHS = [BASE_DIR / "navigator" / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["navigator.formats"]
USE_TZ = True
TIME_ZONE = os.environ.get("TZ_NAME", "America/New_York")

# Files with hashed names, kept by browsers for a year, compressed beforehand.
STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("STATIC_DIR", VAR / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

# TLS is taken for granted; `make serve` turns it off for its own loopback address.
TLS = switch("TLS", True)
SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS and switch("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = TLS and switch("HSTS_PRELOAD", False)
BEHIND_PROXY = switch("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
# `same-origin`, not `no-referrer`: with that a form sends `Origin: null`, and staff cannot log in (D8).
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # navigator.middleware.private sets X-Frame-Options, on every answer
    # Names below ours may belong to others: on an agency's domain that is for the host to decide.
    "security.W005",
    "security.W021",
]

# `make dev`: files and pages are read anew each time, and errors are told in full. On this machine alone: it does
# not start under a public name, and answers nobody from elsewhere.
DEV = switch("DEV", False)
if DEV:
    if TLS or BEHIND_PROXY or not {"localhost", "127.0.0.1", "[::1]"}.issuperset(ALLOWED_HOSTS):
        raise ImproperlyConfigured("DEV is for one's own machine: it needs TLS=off and no public ALLOWED_HOSTS.")
    MIDDLEWARE.insert(0, "navigator.middleware.loopback_only")
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True

# Cookies are for staff alone, and stay on their own path (E3).
ADMIN_PATH = "/admin/"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = ADMIN_PATH
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
SESSION_ENGINE = "navigator.staff.sessions"
SESSION_COOKIE_AGE = CSRF_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Django's other storages put a cookie on the path "/", which a public page would then receive.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "navigator.staff.site.forbidden"

# Signing in (docs/decisions/0005-staff-sign-in.md): a password and a second factor for every account.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_ADAPTER = "navigator.staff.signin.Accounts"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_SESSION_REMEMBER = False
LOCKED_MINUTES = 15
ACCOUNT_RATE_LIMITS = {
    # Per account, counted in the database, so that all processes count together. None is per address: that
    # would write the address down; `navigator.staff.signin` counts those in memory.
    "login": None,
    "login_failed": f"5/{LOCKED_MINUTES}m/key",
    "reauthenticate": f"10/{LOCKED_MINUTES}m/user",
    "change_password": f"10/{LOCKED_MINUTES}m/user",
}
MFA_ADAPTER = "navigator.staff.signin.Factors"
MFA_FORMS = {
    "authenticate": "navigator.staff.signin.CodeForm",
    "reauthenticate": "navigator.staff.signin.CodeAgainForm",
    "add_webauthn": "navigator.staff.keys.AddKeyForm",
    "authenticate_webauthn": "navigator.staff.keys.KeyForm",
    "reauthenticate_webauthn": "navigator.staff.keys.KeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TLS
CACHES = {
    "default": {"BACKEND": "navigator.staff.cache.Cache"},
    "addresses": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "addresses",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# `manage.py check_links` opens no address of a private network, whoever wrote it down. True for the tests alone.
LINKS_MAY_BE_PRIVATE = False

# A public form holds one token and a position or two.
PUBLIC_BODY_LIMIT = 8_192
# The longest form of staff, a service with every text in every language, stays far below this. Nobody uploads
# files; one that is sent all the same is never written to a disk.
STAFF_BODY_LIMIT = DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# Logs: of requests only how many an hour (counts.py); of an error, the kind and the place (D5, D7).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"bare": {"()": "navigator.middleware.Bare"}, "full": {"format": "%(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "full" if DEV else "bare"},
        # A logger with no handler at all would fall back on Python's last one, which prints everything.
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "ERROR"},
    "loggers": {
        "navigator.access": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "navigator": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # Django names the path, and in full the URL, of a request that went wrong.
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["nowhere"], "propagate": False},
    },
}
