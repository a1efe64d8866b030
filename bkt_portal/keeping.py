"""How long the portal keeps what, and how much of it strangers may hand in: read from the environment at the start.

Days count from the moment at which a row stopped to matter (docs/operations.md, "How long things are kept"). The books
and the audit trail are not in this list: nothing removes them.
"""

from typing import Final

from django.core.exceptions import ImproperlyConfigured

from bkt_portal import env

# What is kept, and for how many days; the variable is the name in capitals with _KEPT_DAYS behind it.
KEPT: Final = {
    "counters": 30,  # after the last failure
    "nobody": 1,  # sign-ins and dead ends that named nobody
    "axes": 30,  # records of django-axes
    "codes": 400,  # FNP that confirmed no payment
    "sms": 400,
    "sms_reports": 400,
    "mail": 90,  # after it was sent or given up
    "sign_ins": 400,  # that no payment and no case leans on
    "notices": 730,  # after they were read
    "drafts": 90,  # orders never submitted, after they ended
    "name_checks": 400,  # answers whether a name fits an account of ours; drafts are judged by them
    "call_digits": 30,  # with their SMS: both hold a whole phone number, and no payment leans on them
    "calls": 400,  # of the contact centre, with what was done in them
    "looks": 400,  # of the contact centre at customers
    "desk_alarms": 400,
    "exports": 30,  # rows of files that are gone
    "cases": 5 * 365,  # of security, after they were closed
    "complaints": 5 * 365,  # after the final answer, their attachments with them
    "orphans": 1,  # files that no row names
}
# RTS on strong authentication, art. 29: what led to a payment can be traced; nothing of these is shorter than this.
TRACED: Final = frozenset({"codes", "sms", "sign_ins", "name_checks"})
TRACED_DAYS_MIN: Final = 90
# Ours counts before Django's two keep anything: small files in memory, larger ones on disk.
UPLOAD_HANDLERS: Final = [
    "bkt_portal.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]


def days() -> dict[str, int]:
    """The days of every kind, at least one each."""
    kept = {name: env.integer(f"{name.upper()}_KEPT_DAYS", default) for name, default in KEPT.items()}
    for name, chosen in kept.items():
        least = TRACED_DAYS_MIN if name in TRACED else 1
        if chosen < least:
            raise ImproperlyConfigured(f"{name.upper()}_KEPT_DAYS must be at least {least}.")
    return kept


def exports() -> dict[str, int]:
    """How long a period one file may have, from which on it is made behind the page, for how long it is there, and how
    much of the disk stays free for everything else.
    """
    return {
        "lines_max": env.integer("EXPORT_LINES_MAX", 5_000_000),
        "lines_at_once": env.integer("EXPORT_LINES_AT_ONCE", 20_000),
        "hours_kept": env.integer("EXPORT_HOURS_KEPT", 24),
        "free_bytes_min": env.integer("EXPORT_FREE_BYTES_MIN", 2 * 1024**3),
    }


def attachments() -> dict[str, int]:
    """What one complaint or reply may bring along, and all of them together."""
    return {
        "files_max": env.integer("ATTACHMENT_FILES_MAX", 3),
        "bytes_max": env.integer("ATTACHMENT_BYTES_MAX", 5 * 1024 * 1024),
        "bytes_together_max": env.integer("ATTACHMENT_BYTES_TOGETHER_MAX", 10 * 1024 * 1024),
        "pixels_max": env.integer("ATTACHMENT_PIXELS_MAX", 64_000_000),
        "bytes_of_case_max": env.integer("ATTACHMENT_BYTES_OF_CASE_MAX", 50 * 1024 * 1024),
        "bytes_a_day_max": env.integer("ATTACHMENT_BYTES_A_DAY_MAX", 2 * 1024**3),  # of all strangers
        "free_bytes_min": env.integer("ATTACHMENT_FREE_BYTES_MIN", 1024**3),  # of the disk, left for everything else
    }
