"""What complaints forget: cases long after they ended, and files that no row names any more."""

from datetime import datetime

from django.db import connection

from complaints import attachments
from complaints.models import Attachment


def forget_cases(*, before: datetime, most: int) -> int:
    """Cases that ended before a moment, with thread, links and rows of files; how many cases. Open ones stay."""
    with connection.cursor() as cursor:
        cursor.callproc("forget_ended_cases", [before, most])
        return int(cursor.fetchone()[0])


def sweep_files(*, before: datetime) -> int:
    """Files that no row names and that are older than a moment: of what was refused, half taken in, or forgotten."""
    named = set(Attachment.objects.values_list("stored_as", flat=True).iterator())
    return attachments.sweep(named=named, before=before)
