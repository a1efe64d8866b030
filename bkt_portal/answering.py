"""How soon the bank answers whoever writes to it, and how much strangers may write: read from the environment."""

from typing import TypedDict

from django.core.exceptions import ImproperlyConfigured

from bkt_portal import env


class Answering(TypedDict):
    """Days are working days of the bank's calendar."""

    reply_days: int
    message_reply_days: int
    warn_days: int
    mailbox: str
    fill_seconds: int
    per_network_max: int
    per_hour_max: int
    per_user_max: int
    wrong_links_max: int


def limits() -> Answering:
    """What `settings.COMPLAINTS` holds."""
    read: Answering = {
        "reply_days": env.integer("COMPLAINT_REPLY_WORKING_DAYS", 15),
        "message_reply_days": env.integer("MESSAGE_REPLY_WORKING_DAYS", 2),
        "warn_days": env.integer("COMPLAINT_WARN_WORKING_DAYS", 3),  # before the day of the answer
        "mailbox": env.text("COMPLAINTS_MAILBOX", ""),  # of the bank's own people, told of deadlines
        "fill_seconds": env.integer("COMPLAINT_FILL_SECONDS", 2),  # what a person takes at least for the public form
        "per_network_max": env.integer("COMPLAINTS_PER_NETWORK_MAX", 10),  # in NETWORK_WINDOW_SECONDS
        "per_hour_max": env.integer("COMPLAINTS_PER_HOUR_MAX", 200),  # of all strangers together
        "per_user_max": env.integer("CASES_PER_USER_MAX", 20),  # in a day, of one who is signed in
        "wrong_links_max": env.integer("WRONG_LINKS_MAX", 20),  # of one network, in NETWORK_WINDOW_SECONDS
    }
    if min(read["reply_days"], read["message_reply_days"]) < 1:
        raise ImproperlyConfigured("COMPLAINT_REPLY_WORKING_DAYS and MESSAGE_REPLY_WORKING_DAYS must be at least 1.")
    return read
