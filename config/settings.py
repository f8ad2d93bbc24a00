"""The one settings file. Every value that differs between installations comes from the environment (config/env.py)."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from config.api import API_ORIGINS, WEBHOOKS_MAY_LOOP  # noqa: F401 - settings like the others
from config.env import REQUIRED, broker_url, database, paces, pairs, read
from config.logs import logging_config
from config.newsletters import CONFIRMATIONS_PER_HOUR  # noqa: F401 - a setting like the others
from config.policy import CONTENT_SECURITY_POLICY  # noqa: F401 - a setting like the others
from config.site import HELPLINE_URL, MAINTENANCE_UNTIL, PRIVACY_URL, SECURITY_CONTACT, SOURCE_URL  # noqa: F401 - same

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = read("bool", "DEBUG", False, "Django's debug mode; never in production.")
DEMO = read("bool", "DEMO", False, "The demo: a banner, the local outbox page, and mail that stays on this machine.")
SECRET_KEY = read("str", "SECRET_KEY", REQUIRED, "Signs sessions and links.")
SECRET_KEY_FALLBACKS = read("list", "SECRET_KEY_FALLBACKS", [], "Former secret keys, so that old links stay valid.")
EMAIL_DIGEST_KEY = read(
    "str", "EMAIL_DIGEST_KEY", REQUIRED, "Keys the hashes of suppressed addresses. It must never change."
)
SITE_URL = read("url", "SITE_URL", "http://localhost:8000", "Where people reach this site, without a slash at the end.")
ALLOWED_HOSTS = read("list", "ALLOWED_HOSTS", [urlsplit(SITE_URL).hostname], "Host names this site answers to.")
HTTPS = SITE_URL.startswith("https://")
TRUSTED_PROXIES = read(
    "int", "TRUSTED_PROXIES", int(HTTPS), "Proxies in front that write X-Forwarded-For: whose word on clients counts."
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

PLATFORM_NAME = read("str", "PLATFORM_NAME", "Demarche", "The organisation's name, where no row gives it.")
PLATFORM_TAGLINE = read("str", "PLATFORM_TAGLINE", "Advocacy desk", "The line under the name.")
REFERENCE_PREFIX = read("str", "REFERENCE_PREFIX", "DEM", "Start of every reference, such as LSI in LSI-2026-014.")
TRANSPARENCY_REGISTER_ID = read(
    "str", "TRANSPARENCY_REGISTER_ID", "", "Number in the EU Transparency Register, or empty when not registered."
)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "anymail",
    "csp",
    "django_ckeditor_5",
    "django_htmx",
    "transport",
    "accounts",
    "contacts",
    "advocacy",
    "mailing",
    "desk",
]

MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.MaintenanceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.DeskLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.access.AccessMiddleware",
    "config.middleware.NoNulMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.NoStoreMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "desk.context.workspace",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": database(
        "DATABASE_URL",
        f"sqlite:///{BASE_DIR / 'var' / 'db.sqlite3'}",
        "The database: postgres://… in production, sqlite:///… for the demo.",
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False
# Columns that an index carries for PostgreSQL alone (contact_by_country): on SQLite it works without them.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

REDIS_URL = read("url", "REDIS_URL", "redis://127.0.0.1:6379/0", "The broker: redis://… or unix:///path/to/socket.")
CELERY_BROKER_URL = broker_url(REDIS_URL)

SMTP_URL = read(
    "url",
    "SMTP_URL",
    "smtp://127.0.0.1:1025",
    "Next hop: smtp://, smtp+tls:// (STARTTLS) or smtps://user:password@host:port.",
)
SMTP_DATA_TIMEOUT = read("int", "SMTP_DATA_TIMEOUT", 600, "Seconds to wait after the final dot (RFC 5321 4.5.3.2.6).")
MAIL_PROVIDER = read(
    "str",
    "MAIL_PROVIDER",
    "smtp",
    "smtp, or the path of an anymail backend such as anymail.backends.mailgun.EmailBackend.",
)
ANYMAIL = pairs(
    read("list", "PROVIDER_SETTINGS", [], "Settings of anymail, such as MAILGUN_API_KEY=…,MAILGUN_API_URL=…"),
    "PROVIDER_SETTINGS",
)
# anymail's own name for it; its webhooks refuse whoever does not know one of them.
ANYMAIL_WEBHOOK_SECRET = read(
    "list", "WEBHOOK_SECRET", [], "user:password with which the provider calls /webhooks/; empty: they are closed."
)
INBOUND_IMAP_URL = read(
    "url", "INBOUND_IMAP_URL", "", "Mailbox of returned mail and answers: imaps://user:password@host:993/INBOX."
)
DKIM_KEYS = read(
    "list",
    "DKIM_KEYS",
    [],
    "Keys to sign mail with, each as domain:selector:file. Empty: the mail server or provider signs.",
)
CHECK_DOMAINS = read(
    "bool",
    "CHECK_DOMAINS",
    not (DEBUG or DEMO),
    "Ask the DNS whether the domains of senders are set up; off: pages say that nobody looked.",
)
DNS_SERVERS = read("list", "DNS_SERVERS", [], "DNS servers to ask, as address or address:port; empty: the host's own.")
EMAIL_BACKEND = "transport.backend.OutboxBackend"
DEFAULT_FROM_EMAIL = read(
    "str", "DEFAULT_FROM_EMAIL", "desk@demarche.example", "Sender of confirmations and invitations."
)
FOLLOW_UP_DAYS = read(
    "int", "FOLLOW_UP_DAYS", 10, "Working days after which a follow-up to those who have not replied is due; 0: never."
)
SEND_HOLD_SECONDS = read("int", "SEND_HOLD_SECONDS", 120, "Seconds in which a started mailing can be undone.")
LEASE_SECONDS = read("int", "LEASE_SECONDS", 30, "Lease of a dispatch chunk, renewed every third of it.")
JOURNAL_DIR = read(
    "str",
    "JOURNAL_DIR",
    str(BASE_DIR / "var" / "journal"),
    "Folder on this host's own disk in which workers note what they began; kept over restarts of a worker.",
)
RETRY_FIRST_SECONDS = read("int", "RETRY_FIRST_SECONDS", 900, "Wait before a delayed letter is tried again; doubles.")
# Messages a minute to a recipient domain, over all mailings; mailing/dispatch/throttle.py keeps to it.
DOMAIN_PACE = paces(
    "DOMAIN_PACE",
    read("list", "DOMAIN_PACE", [], "Messages a minute by recipient domain, such as gmail.com=300,outlook.com=200."),
)
SYNC_MEPS = read("bool", "SYNC_MEPS", False, "Fetch the Parliament's list of members every week and import it.")
SYNC_URL = read(
    "url",
    "SYNC_URL",
    "https://data.europarl.europa.eu/api/v2",
    "The Parliament's Open Data API; only its own hosts are fetched from.",
)
SYNC_CONTACT = read(
    "str", "SYNC_CONTACT", "", "How the Parliament's service may reach us, in the User-Agent; without it SITE_URL."
)
SYNC_KEEP_DAYS = read("int", "SYNC_KEEP_DAYS", 30, "Days for which the raw answers of the Parliament's service stay.")
SYNC_MAY_LOOP = False  # Tests alone point it at a service of their own on this machine.
ALLOW_FAILPOINTS = read(
    "bool", "ALLOW_FAILPOINTS", False, "For tests: let DEMARCHE_FAILPOINTS kill processes; never in production."
)
DEMO_CATCHER_DIR = read("str", "DEMO_CATCHER_DIR", "", "Folder in which the demo's catcher keeps the messages.")
HEARTBEAT_MAX_AGE = read("int", "HEARTBEAT_MAX_AGE", 90, "Seconds after which /healthz calls beat or worker silent.")
# How long personal data are kept (contacts/retention.py), besides what has its own days there.
KEEP_UNCONFIRMED_DAYS = read("int", "KEEP_UNCONFIRMED_DAYS", 7, "Days until a subscription nobody confirmed goes.")
KEEP_NOTES_DAYS = read("int", "KEEP_NOTES_DAYS", 365, "Days that notes are kept after the end of a mandate.")
KEEP_FORMER_DAYS = read(
    "int", "KEEP_FORMER_DAYS", 730, "Days that a former member is kept with whom nothing ever passed."
)
KEEP_STRAY_REPLIES_DAYS = read(
    "int", "KEEP_STRAY_REPLIES_DAYS", 90, "Days that answers are kept which belong to no letter and nobody known."
)
SUPPRESSION_EXPORT = read(
    "str", "SUPPRESSION_EXPORT", "", "File outside the database that suppressions are added to; empty: none."
)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.roles.RoleBackend",
    "accounts.backends.SignInBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False

SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_FAILURE_VIEW = "desk.views.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The editor: plugins are an allow-list, so that an upgrade brings in nothing by itself. What makes markup that e-mail
# cannot carry (pictures, embeds, colours, raw HTML) stays out. The upload view of ours refuses.
CKEDITOR_5_CONFIGS = {
    "default": {
        "plugins": [
            *("Essentials", "Paragraph", "Heading", "Bold", "Italic", "Underline", "Superscript"),
            *("Link", "List", "ListProperties", "BlockQuote", "HorizontalLine", "Table"),
            *("TableToolbar", "Indent", "Autoformat", "PasteFromOffice", "RemoveFormat", "Mention", "WordCount"),
        ],
        "toolbar": {
            "items": [
                *("undo", "redo", "|", "heading", "|", "bold", "italic", "link", "|"),
                *("bulletedList", "numberedList", "blockQuote", "|", "insertTable", "superscript", "removeFormat"),
            ],
            "shouldNotGroupWhenFull": True,
        },
    }
}
CK_EDITOR_5_UPLOAD_FILE_VIEW_NAME = "advocacy:upload_refused"

LANGUAGE_CODE = "en"
# The languages of the public pages and of mail to people outside: those that locale/ holds. `manage.py
# check_translations` fails when one of them lacks a sentence, so that lang= always tells the truth.
LANGUAGES = [("en", "English"), ("fr", "Français")]
# The languages in which the whole workspace can be read; only these are offered to colleagues.
DESK_LANGUAGES = [("en", "English")]
# What a reader chose on the public pages. The workspace has its own (LANGUAGE_COOKIE_NAME), set at sign-in.
READER_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = read("str", "TIME_ZONE", "Europe/Brussels", "The office's time zone.")
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = read("str", "STATIC_ROOT", str(BASE_DIR / "staticfiles"), "Folder that collectstatic fills.")
STATICFILES_DIRS = [BASE_DIR / "static"]
# Debugging, the demo and the tests serve the files as they lie; production serves what collectstatic made of them.
HASHED_STATIC = read(
    "bool", "HASHED_STATIC", not (DEBUG or DEMO), "Serve static files under hashed names, compressed by collectstatic."
)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not HASHED_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = read("str", "MEDIA_ROOT", str(BASE_DIR / "var" / "media"), "Folder of uploaded files.")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

LOG_LEVEL = read("str", "LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR.")
LOGGING = logging_config(LOG_LEVEL)
