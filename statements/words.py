"""The words of the lines, in plain letters: written behind the books, and looked up in what is written and in the rest.

The one caller of the database's functions for them (migrations words_of_the_lines, amounts_behind_the_books). No
posting waits for any of this.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import Error, connection, transaction

from accounts.models import BankAccount
from statements.searches import Search

log = logging.getLogger(__name__)
LINES_A_TURN = 5_000
LINES_A_LONG_TURN = 20_000
LINES_FORGOTTEN_A_TURN = 50_000


def write_new(*, since: datetime | None = None, lines_max: int = LINES_A_TURN) -> int:
    """One turn for every account that has lines without words; how many were written. A second call goes on.

    An account whose words cannot be written is an error in the log, and no hindrance to the others.
    """
    return sum(_write_or_log(account_id, lines_max=lines_max) for account_id in waiting(since=since))


def _write_or_log(account_id: int, *, lines_max: int) -> int:
    try:
        with transaction.atomic():
            return write(account_id, lines_max=lines_max)
    except Error:
        log.exception(
            "words were not written", extra={"event": "statements.words.failed", "subject": f"account:{account_id}"}
        )
        return 0


def waiting(*, since: datetime | None = None) -> list[int]:
    """Ids of customers' accounts that have lines without words; of those alone that were booked on `since` or later."""
    sql = """
    SELECT a.id FROM accounts_bankaccount a
     WHERE a.kind = 'current' AND a.last_booked_at >= coalesce(%s::timestamptz, '-infinity')
       AND a.last_sequence > coalesce((SELECT max(sequence) FROM statements_wordline WHERE account_id = a.id), 0)
     ORDER BY a.id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [since])
        return [account_id for (account_id,) in cursor.fetchall()]


def write(account_id: int, *, lines_max: int = LINES_A_TURN) -> int:
    """The words of the account's next lines, at once; how many lines. Waits for another writer of the same account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT word_lines_write(%s, %s)", [account_id, lines_max])
        return int(cursor.fetchone()[0])


def forget(account_id: int) -> int:
    """All words of an account, as after a change of what a plain word is; its lines are found without, only slower."""
    forgotten = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT word_lines_forget(%s, %s)", [account_id, LINES_FORGOTTEN_A_TURN])
            (lines,) = cursor.fetchone()
            if not lines:
                return forgotten
            forgotten += lines


def found(
    account: BankAccount, search: Search, *, first: int, last: int | None, newest_first: bool, lines_max: int
) -> Sequence[int]:
    """Numbers of the account's lines that fit words, marks and amounts, from `first` to `last` (None: to the newest).

    They come in the order asked for. The search must ask for one of them: `Search.is_looked_up`.
    """
    sql = "SELECT * FROM lines_found(%s, %s, %s, %s, %s, %s::text[], %s, %s, %s)"
    amounts = (search.min_minor, search.max_minor)
    with connection.cursor() as cursor:
        asked = [account.pk, first, last, newest_first, search.words, search.marks, *amounts, lines_max]
        cursor.execute(sql, asked)
        return [number for (number,) in cursor.fetchall()]
