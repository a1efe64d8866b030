"""Laws of the checkpoints: the totals of closed days are the sums of their entries, and follow one another."""

from typing import Final

from accounts.books_check import Law, Rows
from accounts.books_laws.walks import ENTRIES_BY_ACCOUNT

TOTALS: Final = Rows("accounts_daytotal", "account_id", 2_000)

LAWS: Final = (
    Law(
        "day_totals_are_those_of_their_entries",
        "Each account has a total for every closed day with entries, which counts and sums them; an open day has none.",
        ENTRIES_BY_ACCOUNT,
        """
        SELECT 'account:' || coalesce(e.account_id, t.account_id) || ' on ' || coalesce(e.day, t.day),
               concat_ws(', ', d.status, e.entries || ' entries', e.debit, e.credit, e.last),
               coalesce(concat_ws(', ', t.entries || ' entries', t.debit_minor, t.credit_minor, t.last_sequence),
                        'no total')
          FROM (SELECT account_id, booked_on AS day, count(*) AS entries, max(sequence) AS last,
                       coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0) AS debit,
                       coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0) AS credit
                  FROM accounts_entry WHERE account_id >= %(low)s AND account_id < %(high)s
                 GROUP BY account_id, booked_on) AS e
          FULL JOIN (SELECT * FROM accounts_daytotal WHERE account_id >= %(low)s AND account_id < %(high)s) AS t
            ON t.account_id = e.account_id AND t.day = e.day
          LEFT JOIN accounts_bankday d ON d.day = coalesce(e.day, t.day)
         WHERE CASE WHEN t.id IS NULL THEN d.status = 'closed'
                    ELSE coalesce(d.status, 'open') = 'open'
                         OR (t.entries, t.debit_minor, t.credit_minor, t.last_sequence)
                            IS DISTINCT FROM (e.entries, e.debit, e.credit, e.last)
               END
        """,
    ),
    Law(
        "day_totals_follow_one_another",
        "A day's total opens where the one before closed, and closes at the balance after the day's last entry.",
        TOTALS,
        """
        SELECT 'account:' || t.account_id || ' on ' || t.day,
               concat_ws(' to ', t.before, coalesce(e.balance_after_minor::text, 'nothing')),
               concat_ws(' to ', t.opening_minor, t.closing_minor)
          FROM (SELECT *, coalesce(lag(closing_minor) OVER (PARTITION BY account_id ORDER BY day), 0) AS before
                  FROM accounts_daytotal WHERE account_id >= %(low)s AND account_id < %(high)s) AS t
          LEFT JOIN accounts_entry e ON e.account_id = t.account_id AND e.sequence = t.last_sequence
         WHERE (t.opening_minor, t.closing_minor) IS DISTINCT FROM (t.before, e.balance_after_minor)
            OR t.closing_minor <> t.opening_minor + t.credit_minor - t.debit_minor
        """,
    ),
    Law(
        "bank_day_totals_are_those_of_its_accounts",
        "The bank's line of a closed day and currency is the sum of its accounts', and its two sides are equal.",
        Rows("accounts_bankdaytotal"),
        """
        SELECT 'day:' || coalesce(bank.day, accounts.day) || ' ' || coalesce(bank.currency, accounts.currency),
               coalesce(concat_ws(', ', accounts.entries, accounts.debit, accounts.credit), 'none'),
               coalesce(concat_ws(', ', bank.entries, bank.debit_minor, bank.credit_minor), 'none')
          FROM (SELECT t.day, a.currency, sum(t.entries) AS entries, sum(t.debit_minor) AS debit,
                       sum(t.credit_minor) AS credit
                  FROM accounts_daytotal t JOIN accounts_bankaccount a ON a.id = t.account_id
                 GROUP BY t.day, a.currency) AS accounts
          FULL JOIN accounts_bankdaytotal bank ON bank.day = accounts.day AND bank.currency = accounts.currency
          LEFT JOIN accounts_bankday d ON d.day = accounts.day
         WHERE (bank.day IS NOT NULL OR d.status = 'closed')
           AND ((bank.entries, bank.debit_minor, bank.credit_minor)
                IS DISTINCT FROM (accounts.entries, accounts.debit, accounts.credit)
                OR bank.debit_minor <> bank.credit_minor)
        """,
    ),
)
