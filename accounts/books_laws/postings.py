"""Laws of one posting: its entries balance, are two or more and tell the same days, and it comes back once at most."""

from typing import Final

from accounts.books_check import Law
from accounts.books_laws.walks import ENTRIES_BY_ACCOUNT, ENTRIES_BY_POSTING, POSTINGS

_LEGS = """
  (SELECT string_agg(concat_ws(' ', account_id, part, {sign}amount_minor, currency), ', '
                     ORDER BY account_id, part, {sign}amount_minor, currency)
     FROM accounts_entry WHERE posting_id = {posting})
"""

LAWS: Final = (
    Law(
        "posting_balances",
        "The entries of a posting sum to zero in every currency.",
        ENTRIES_BY_POSTING,
        """
        SELECT 'posting:' || posting_id, '0 ' || currency, sum(amount_minor) || ' ' || currency
          FROM accounts_entry WHERE posting_id >= %(low)s AND posting_id < %(high)s
         GROUP BY posting_id, currency HAVING sum(amount_minor) <> 0
        """,
    ),
    Law(
        "posting_has_two_sides",
        "A posting has at least two entries.",
        POSTINGS,
        """
        SELECT 'posting:' || p.id, 'two entries or more', count(e.id)::text
          FROM accounts_posting p LEFT JOIN accounts_entry e ON e.posting_id = p.id
         WHERE p.id >= %(low)s AND p.id < %(high)s
         GROUP BY p.id HAVING count(e.id) < 2
        """,
    ),
    Law(
        "entry_keeps_the_days_of_its_posting",
        "An entry is booked at the moment, on the day and with the value date of its posting.",
        ENTRIES_BY_POSTING,
        """
        SELECT 'entry:' || e.account_id || '/' || e.sequence,
               concat_ws(', ', p.booked_at, p.booked_on, p.value_on),
               concat_ws(', ', e.booked_at, e.booked_on, e.value_on)
          FROM accounts_entry e JOIN accounts_posting p ON p.id = e.posting_id
         WHERE e.posting_id >= %(low)s AND e.posting_id < %(high)s
           AND (e.booked_at, e.booked_on, e.value_on) IS DISTINCT FROM (p.booked_at, p.booked_on, p.value_on)
        """,
    ),
    Law(
        "entry_is_in_the_currency_of_its_account",
        "An entry is in the currency of its account.",
        ENTRIES_BY_ACCOUNT,
        """
        SELECT 'entry:' || e.account_id || '/' || e.sequence, a.currency, e.currency
          FROM accounts_entry e JOIN accounts_bankaccount a ON a.id = e.account_id
         WHERE e.account_id >= %(low)s AND e.account_id < %(high)s AND e.currency <> a.currency
        """,
    ),
    Law(
        "reversal_mirrors_its_posting",
        "A reversal has the entries of what it reverses with their signs turned.",
        POSTINGS,
        f"""
        SELECT 'posting:' || id, mirror, legs
          FROM (SELECT id, {_LEGS.format(sign="", posting="r.id")} AS legs,
                       {_LEGS.format(sign="-", posting="r.reverses_id")} AS mirror
                  FROM accounts_posting r
                 WHERE r.id >= %(low)s AND r.id < %(high)s AND r.reverses_id IS NOT NULL) AS reversal
         WHERE legs IS DISTINCT FROM mirror
        """,  # noqa: S608  # nosec B608  our own words
    ),
    Law(
        "no_more_comes_back_than_went",
        "What is given back of a posting, amount and fee apart, never exceeds it on any of its accounts.",
        POSTINGS,
        """
        SELECT 'posting:' || back.posting_id, 'at most ' || -coalesce(went.amount, 0), back.amount::text
          FROM (SELECT p.gives_back_id AS posting_id, e.account_id, e.part, sum(e.amount_minor) AS amount
                  FROM accounts_posting p JOIN accounts_entry e ON e.posting_id = p.id
                 WHERE p.gives_back_id >= %(low)s AND p.gives_back_id < %(high)s
                   AND e.account_id IN (SELECT account_id FROM accounts_entry WHERE posting_id = p.gives_back_id)
                 GROUP BY p.gives_back_id, e.account_id, e.part) AS back
          LEFT JOIN LATERAL (SELECT sum(amount_minor) AS amount FROM accounts_entry e
                              WHERE e.posting_id = back.posting_id AND e.account_id = back.account_id
                                AND e.part = back.part) AS went ON true
         WHERE back.amount NOT BETWEEN least(0, -coalesce(went.amount, 0)) AND greatest(0, -coalesce(went.amount, 0))
        """,
    ),
)
