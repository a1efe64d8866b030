"""Laws of the bank's days: what is booked stands on a day of the bank, and on none that is still to come."""

from typing import Final

from accounts.books_check import Law
from accounts.books_laws.walks import POSTINGS

LAWS: Final = (
    Law(
        "posting_stands_on_a_working_day",
        "A posting is booked on a day that the bank opened: no Saturday, no Sunday, no feast that was known then.",
        POSTINGS,
        """
        SELECT 'posting:' || p.id, 'a day that the bank opened', to_char(p.booked_on, 'YYYY-MM-DD Dy')
          FROM accounts_posting p
         WHERE p.id >= %(low)s AND p.id < %(high)s
           AND (extract(isodow FROM p.booked_on) > 5
                OR EXISTS (SELECT FROM accounts_bankholiday feast WHERE feast.day = p.booked_on
                              AND NOT EXISTS (SELECT FROM accounts_auditevent
                                               WHERE subject = 'holiday:' || feast.day AND event = 'bank.holiday.added'
                                                 AND at >= p.booked_at))
                OR NOT EXISTS (SELECT FROM accounts_bankday WHERE day = p.booked_on))
        """,
    ),
    Law(
        "nothing_is_booked_ahead",
        "Nothing is booked at a moment to come, nor on a day after the one that is open next.",
        POSTINGS,
        """
        SELECT 'posting:' || p.id, concat_ws(', ', 'at the latest ' || %(at)s::timestamptz, next.open),
               concat_ws(', ', p.booked_at, p.booked_on)
          FROM accounts_posting p,
               (SELECT min(start.day + ahead) AS open
                  FROM generate_series(0, 60) AS ahead,
                       (SELECT greatest((%(at)s::timestamptz AT TIME ZONE 'Europe/Tirane')::date, max(day) + 1) AS day
                          FROM accounts_bankday WHERE status <> 'open') AS start
                 WHERE extract(isodow FROM start.day + ahead) < 6
                   AND NOT EXISTS (SELECT FROM accounts_bankholiday WHERE day = start.day + ahead)) AS next
         WHERE p.id >= %(low)s AND p.id < %(high)s AND (p.booked_at > %(at)s OR p.booked_on > next.open)
        """,
    ),
)
