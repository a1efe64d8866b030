"""Every setting of the portal, read from the environment: safe on a laptop, refusing to start unsafe in production.

`PORTAL_MODE` is `production` unless `manage.py up` (demo) or the tests say otherwise. What would be fatal in
production raises here, at import, because system checks do not run under WSGI.
"""

from pathlib import Path

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from bkt_portal import answering, bank, csp, env, keeping, logs
from bkt_portal.safety import refuse_unsafe
from bkt_portal.ticks import DEMO_TICKS, TICKS

django_stubs_ext.monkeypatch()  # ModelAdmin[Company] and the like, at run time as in the types

BASE_DIR = Path(__file__).resolve().parent.parent

PORTAL_MODE = env.text("PORTAL_MODE", "production")
if PORTAL_MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("PORTAL_MODE must be production, demo or test.")
IN_PRODUCTION = PORTAL_MODE == "production"
IN_DEMO = PORTAL_MODE == "demo"
DEBUG = env.flag("DEBUG", False)

# --- Secrets -----------------------------------------------------------------------------------------------------
SECRET_KEY = env.secret("SECRET_KEY")
FNP_KEY = env.secret("FNP_KEY")
PROOF_KEY = env.secret("PROOF_KEY")


# --- The bank ----------------------------------------------------------------------------------------------------
BANK = bank.identity()
NIPT_PATTERN = env.text("NIPT_PATTERN", r"[J-N]\d{8}[A-Z]")
EXECUTION_STARTS = env.time_of_day("EXECUTION_STARTS", "08:00")
EXECUTION_BATCH = env.integer("EXECUTION_BATCH", 500)  # due orders booked together
ORDER_LIFE_DAYS = env.integer("ORDER_LIFE_DAYS", 30)
PROPOSAL_LIFE_DAYS = env.integer("PROPOSAL_LIFE_DAYS", 30)  # of one that no colleague of the proposer's decides
STANDING_FAILURES_TOLD = env.integer("STANDING_FAILURES_TOLD", 3)  # in a row; then its owners are asked to look
RETURN_FEE_ON_REJECT = env.flag("RETURN_FEE_ON_REJECT", False)
CLEARING_SETTLEMENT_ACCOUNT = env.text("CLEARING_SETTLEMENT_ACCOUNT", BANK["bic"])
DAY_CLOSE_STARTS = env.time_of_day("DAY_CLOSE_STARTS", "20:00")
PASSWORD_MAX_AGE_DAYS = env.integer("PASSWORD_MAX_AGE_DAYS", 90)
# Seed of the cut-off table; afterwards the table rules.
DOMESTIC_CUT_OFF = env.time_of_day("DOMESTIC_CUT_OFF", "14:00")

# The function that tells how far the bank's clock stands from the real one; None = not at all.
BANK_CLOCK = env.text("BANK_CLOCK", "")
BANK_CLOCK_OFFSET = None if IN_PRODUCTION else "accounts.models.calendar.stored_offset"

# --- What runs ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "csp",
    "accounts",
    "auth_flow",
    "payments",
    "statements",
    "complaints",
    "bkt_portal.apps.PortalConfig",
    "bkt_portal.apps.StaffAdminConfig",
]
MIDDLEWARE = [
    "bkt_portal.language.ChosenLanguage",
    "bkt_portal.responses.EveryResponse",
    "bkt_portal.health.Health",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bkt_portal.staff_session.SessionOfEachDoor",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "auth_flow.middleware.SignedIn",
    "bkt_portal.staff_session.StaffSession",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "bkt_portal.urls"
WSGI_APPLICATION = "bkt_portal.wsgi.application"
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
                "django.template.context_processors.i18n",
                "bkt_portal.header.header",
            ],
        },
    }
]

# --- Database: the runtime role owns nothing; migrations and verification use the owner --------------------------
_STATEMENT_LIMITS = "-c statement_timeout=15000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000"
DATABASES = {
    "default": env.database(env.secret("DATABASE_URL")),
    "owner": env.database(env.secret("DATABASE_OWNER_URL", env.secret("DATABASE_URL"))),
}
OWNER_IS_GIVEN = bool(env.secret("DATABASE_OWNER_URL", ""))
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["options"] = _STATEMENT_LIMITS
DATABASES["owner"]["TEST"] = {"MIRROR": "default"}
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

# --- Queue: a hurry, never the truth -----------------------------------------------------------------------------
REDIS_URL = env.secret("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "batch"
CELERY_TASK_ROUTES = {
    "auth_flow.*_mail": {"queue": "batch"},  # nobody waits at the door for a notice
    "auth_flow.*": {"queue": "otp"},
    "bkt_portal.*": {"queue": "otp"},
    "accounts.watch_day": {"queue": "otp"},  # it must see what stands still in the other queue
}
CELERY_TASK_PUBLISH_RETRY = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "retry_on_timeout": False,
    "visibility_timeout": 3600,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# Short ticks; each asks the bank's clock what is due, so that no hour of the day stands here.
CELERY_BEAT_SCHEDULE = TICKS | (DEMO_TICKS if IN_DEMO else {})

# --- Signing in --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["auth_flow.backends.CustomerBackend", "auth_flow.backends.StaffBackend"]
LOGIN_URL = "auth_flow:login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
FNP_LIFE_SECONDS = env.integer("FNP_LIFE_SECONDS", 180)
FNP_ATTEMPTS_MAX = 5
FNP_SENDS_MAX = 3
FNP_RESEND_AFTER_SECONDS = env.integer("FNP_RESEND_AFTER_SECONDS", 30)
SIGN_IN_LIFE_SECONDS = 600
SESSION_IDLE_SECONDS = 300
SESSION_WARN_SECONDS = 60  # before that
SESSION_ABSOLUTE_SECONDS = 8 * 3600
SESSIONS_PER_USER = env.integer("SESSIONS_PER_USER", 1)  # one more ends the oldest
STAFF_IDLE_SECONDS = 900
STAFF_ABSOLUTE_SECONDS = 8 * 3600
PASSWORD_HASHES_AT_ONCE = env.integer("PASSWORD_HASHES_AT_ONCE", 2)
STAFF_HASHES_AT_ONCE = 1
# A new password (R23). The greatest length bounds the cost of hashing.
PASSWORD_LENGTH_MIN = env.integer("PASSWORD_LENGTH_MIN", 10)
PASSWORD_LENGTH_MAX = 128
PASSWORD_HISTORY = 10
PASSWORD_WARN_DAYS = 14
# Registration and a forgotten password: how long one may take, and what is asked of a card.
PROVING_LIFE_SECONDS = 1800
CARD_DIGITS_ASKED = 6
# A payee is new for so many hours; until then this much may be released to it (minor units by currency).
NEW_PAYEE_HOURS = env.integer("NEW_PAYEE_HOURS", 24)
NEW_PAYEE_LIMIT_MINOR = {"ALL": 50_000_000} | dict.fromkeys(("EUR", "USD", "GBP", "CHF", "CAD", "AUD"), 500_000)
DUPLICATE_DAYS = 7  # how far back a like payment is looked for
NAME_CHECKS_PER_HOUR = env.integer("NAME_CHECKS_PER_HOUR", 20)  # of one user, whether a name fits an account of ours
# After a reset, for so many hours, its user signs orders up to this much (minor units by currency).
LOW_LIMIT_HOURS = 24
LOW_LIMIT_MINOR = {"ALL": 5_000_000} | dict.fromkeys(("EUR", "USD", "GBP", "CHF", "CAD", "AUD"), 50_000)
# Failures in a row, and how long the door then stays shut: the first block, the second, the third and all others.
FAILURES_PER_BLOCK = 5
BLOCK_SECONDS = [15 * 60, 3600, 24 * 3600]
# The block of a run that may hold until the contact centre lifts it; the one before it says so.
CENTRE_BLOCK = 3
BLOCK_SMS_PER_DAY = 2
# Brakes per network: failed tries, ways in begun that led to nothing, reports of a code, in so many seconds each.
NETWORK_WINDOW_SECONDS = 600
NETWORK_FAILURES_MAX = 20
NETWORK_STARTS_MAX = env.integer("NETWORK_STARTS_MAX", 100)
NETWORK_REPORTS_MAX = 10
# Codes that led to nothing, as (seconds, codes): per user and purpose, per phone, per network; of all users together.
FNP_PER_USER = [(15 * 60, 5), (24 * 3600, 20)]
FNP_PER_PHONE = [(15 * 60, 10), (24 * 3600, 40)]
FNP_PER_NETWORK = [(3600, 30)]
FNP_BANK_WINDOW_SECONDS = 600
FNP_PER_BANK_MAX = env.integer("FNP_PER_BANK_MAX", 500)
FNP_PER_COUNTRY_MAX = env.integer("FNP_PER_COUNTRY_MAX", 100)
FNP_HOME_COUNTRY = env.text("FNP_HOME_COUNTRY", "355")  # has the whole bank's budget, not that of a country
# A reported code makes its owner choose a new password while it is younger than so many hours.
REPORT_FORCES_CHANGE_HOURS = 24
LIFT_PROPOSAL_MINUTES = 60  # how long the first agent's word to lift a freeze waits for the second's
CALL_LIFE_SECONDS = 1800  # of a call of the contact centre that nobody ended
RESET_PERMIT_SECONDS = 1800
DESK_LOOKS_PER_HOUR = env.integer("DESK_LOOKS_PER_HOUR", 60)  # of one of staff; then an alarm, and no more looks
DESK_UNBLOCKS_PER_HOUR = env.integer("DESK_UNBLOCKS_PER_HOUR", 15)  # of one of staff; then an alarm
KNOWN_BROWSER_SECONDS = 365 * 24 * 3600
RETENTION_DAYS = keeping.days()
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0)
# The function that sends a notice on by other channels, in the transaction that wrote it; "" = the portal alone.
NOTICE_CHANNEL = "auth_flow.announcements.by_mail"
OTP_TOTP_ISSUER = f"{BANK['short_name']} {BANK['product']}"

AXES_LOCK_OUT_AT_FAILURE = False  # axes records; auth_flow/lockout.py decides
AXES_USERNAME_FORM_FIELD = "username"
AXES_PASSWORD_FORM_FIELD = "password"  # noqa: S105  a field's name, not a secret
AXES_SENSITIVE_PARAMETERS = [
    "password",
    "nipt",
    "customer_number",
    "code",
    "otp_token",
    "card_number",
    "card_expiry",
    "old_password",
    "new_password1",
    "new_password2",
    "csrfmiddlewaretoken",
]
AXES_HANDLER = "auth_flow.failure_record.FailureRecord"
AXES_USERNAME_CALLABLE = "auth_flow.failure_record.name_of"
AXES_CLIENT_IP_CALLABLE = "auth_flow.http.client_ip"
AXES_ALLOWED_CORS_ORIGINS = ""
AXES_DISABLE_ACCESS_LOG = False
AXES_ENABLE_ADMIN = False  # its pages could erase what was recorded
# Axes is to record and never to decide, so its backend, which refuses, is left out on purpose.
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

# --- Sessions and cookies ----------------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "bkt_portal.errors.csrf_failure"
_SECURE = IN_PRODUCTION
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _SECURE
SESSION_COOKIE_NAME = "__Host-portal" if _SECURE else "portal"
STAFF_COOKIE_NAME = "__Host-staff" if _SECURE else "staff"
CSRF_COOKIE_NAME = "__Host-csrf" if _SECURE else "csrf"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Headers -----------------------------------------------------------------------------------------------------
ALLOWED_HOSTS = list(env.csv("ALLOWED_HOSTS", () if IN_PRODUCTION else ("localhost", "127.0.0.1", "[::1]")))
PUBLIC_URL = env.text("PUBLIC_URL", "")
SECURE_SSL_REDIRECT = _SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _SECURE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
USE_X_FORWARDED_HOST = False
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = csp.POLICY
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
ATTACHMENTS = keeping.attachments()
COMPLAINTS = answering.limits()
FILE_UPLOAD_HANDLERS = keeping.UPLOAD_HANDLERS
SCANNER, SCANNER_SOCKET = env.text("SCANNER", ""), env.text("SCANNER_SOCKET", "")

# --- SMS ---------------------------------------------------------------------------------------------------------
PORTAL_DIR = Path(env.text("PORTAL_DIR", str(BASE_DIR / ".portal")))
SMS_GATEWAY = env.text("SMS_GATEWAY", "twilio" if IN_PRODUCTION else "file")
SMS_FILE = Path(env.text("SMS_FILE", str(PORTAL_DIR / "sms.jsonl")))
TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.secret("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM = env.text("TWILIO_FROM", "")
TWILIO_BASE_URL = env.text("TWILIO_BASE_URL", "https://api.twilio.com")
# The deputy, if any: `twilio_second` is another account there, or another provider that speaks as Twilio does.
SMS_GATEWAY_FALLBACK = env.text("SMS_GATEWAY_FALLBACK", "")
SMS_FALLBACK_AFTER = env.integer("SMS_FALLBACK_AFTER", 2)
SMS_DISTURBED_AFTER = env.integer("SMS_DISTURBED_AFTER", 5)
TWILIO_SECOND_ACCOUNT_SID = env.text("TWILIO_SECOND_ACCOUNT_SID", "")
TWILIO_SECOND_AUTH_TOKEN = env.secret("TWILIO_SECOND_AUTH_TOKEN", "")
TWILIO_SECOND_FROM = env.text("TWILIO_SECOND_FROM", "")
TWILIO_SECOND_BASE_URL = env.text("TWILIO_SECOND_BASE_URL", "https://api.twilio.com")

# --- E-mail: notices alone; where EMAIL_URL is empty, none go out -------------------------------------------------
EMAIL_URL = env.secret("EMAIL_URL", "" if IN_PRODUCTION else "file:")
globals().update(env.mail(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", BANK["emails"][0])
MAIL_FILE = PORTAL_DIR / "mail.jsonl"

# --- Language, time, files ---------------------------------------------------------------------------------------
LANGUAGE_CODE = "sq"
LANGUAGES = [("sq", "Shqip"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "bkt_portal" / "locale"]
FORMAT_MODULE_PATH = ["bkt_portal.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Tirane"
# Files that the portal writes and keeps, for its own account alone: heads of the audit chains.
FILES_DIR = Path(env.text("FILES_DIR", str(PORTAL_DIR / "files")))
EXPORTS = keeping.exports()
CLEARING_DIR = Path(env.text("CLEARING_DIR", str(FILES_DIR / "clearing")))
# The key that signs papers, as PKCS#12; "" = they go out unsigned.
PAPERS_CERTIFICATE = env.text("PAPERS_CERTIFICATE", "")
PAPERS_CERTIFICATE_PASSWORD = env.secret("PAPERS_CERTIFICATE_PASSWORD", "")
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
if PORTAL_MODE == "test":
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True

# --- Logs: one JSON line an event, never an address with its query, a code or a password --------------------------
LOGGING = logs.CONFIGURATION

# --- Production refuses what only a demo may have ----------------------------------------------------------------
refuse_unsafe(globals())
