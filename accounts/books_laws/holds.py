"""Laws of money set aside."""

from typing import Final

from accounts.books_check import Law
from accounts.books_laws.walks import ACCOUNTS, HOLDS

LAWS: Final = (
    Law(
        "held_is_the_sum_of_the_active_holds",
        "What an account shows as held is the sum of its active holds.",
        ACCOUNTS,
        """
        SELECT 'account:' || a.id, coalesce(active.held, 0)::text, a.held_minor::text
          FROM accounts_bankaccount a
          LEFT JOIN LATERAL (SELECT sum(amount_minor) AS held FROM accounts_hold
                              WHERE account_id = a.id AND status = 'active') AS active ON true
         WHERE a.id >= %(low)s AND a.id < %(high)s AND a.held_minor <> coalesce(active.held, 0)
        """,
    ),
    Law(
        "hold_ends_once_and_a_capture_stays_within_it",
        "A hold is active or has ended; a captured one has its posting, which took no more than was held.",
        HOLDS,
        """
        SELECT 'hold:' || h.id,
               CASE h.status WHEN 'captured' THEN 'an end, a debit of 1 to ' || h.amount_minor
                             WHEN 'active' THEN 'no end, no posting' ELSE 'an end, no posting' END,
               concat_ws(', ', h.status, h.ended_at, 'posting:' || h.posting_id, 'debit ' || debit.taken)
          FROM accounts_hold h
          LEFT JOIN LATERAL (SELECT -sum(amount_minor) AS taken FROM accounts_entry
                              WHERE posting_id = h.posting_id AND account_id = h.account_id) AS debit ON true
         WHERE h.account_id >= %(low)s AND h.account_id < %(high)s
           AND (CASE h.status
                  WHEN 'captured' THEN h.ended_at IS NOT NULL AND debit.taken BETWEEN 1 AND h.amount_minor
                  WHEN 'active' THEN h.ended_at IS NULL AND h.posting_id IS NULL
                  ELSE h.ended_at IS NOT NULL AND h.posting_id IS NULL
                END) IS NOT TRUE
        """,
    ),
    Law(
        "hold_is_in_the_currency_of_its_account",
        "A hold is in the currency of its account.",
        HOLDS,
        """
        SELECT 'hold:' || h.id, a.currency, h.currency
          FROM accounts_hold h JOIN accounts_bankaccount a ON a.id = h.account_id
         WHERE h.account_id >= %(low)s AND h.account_id < %(high)s AND h.currency <> a.currency
        """,
    ),
)
