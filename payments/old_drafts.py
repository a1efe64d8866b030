"""Drafts that nobody ever submitted, forgotten some time after they ended; every other order stays for ever."""

from datetime import datetime

from django.db import connection


def forget(before: datetime, most: int) -> int:
    """Those that ended before a moment, at most so many; how many went."""
    with connection.cursor() as cursor:
        cursor.callproc("forget_ended_drafts", [before, most])
        return int(cursor.fetchone()[0])
