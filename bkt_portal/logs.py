"""Log lines as JSON: who, what, when in UTC; addresses without their query, so that no search word is kept."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

CONFIGURATION: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "bkt_portal.logs.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.db.backends": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "celery": {"level": "WARNING"},  # or a line for every tick
        "httpx": {"level": "WARNING"},
    },
}
KEPT = ("reference", "status_code", "event", "subject")


class JsonLines(logging.Formatter):
    """One JSON object a line; a traceback is kept, a request's body or arguments never are."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().partition("?")[0]
            if record.name.startswith("django")
            else record.getMessage(),
        }
        line |= {name: str(getattr(record, name)) for name in KEPT if hasattr(record, name)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
