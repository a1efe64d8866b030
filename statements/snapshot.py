"""Several reads of the books as of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

ONE_MOMENT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
UNHURRIED: Final = (
    "SET LOCAL statement_timeout = '10min'; SET LOCAL idle_in_transaction_session_timeout = '60min'; "
    "SET LOCAL jit = off"
)


@contextmanager
def one_moment(*, unhurried: bool = False) -> Iterator[None]:
    """Every read inside sees the same books, whatever is booked meanwhile; a write inside is an error.

    `unhurried` where no page waits: millions of lines are added up by one query, and packed between two. Inside
    somebody's open transaction the reads follow that transaction's rules, for its first query fixed them.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute(f"{ONE_MOMENT}; {UNHURRIED}" if unhurried else ONE_MOMENT)
        yield
