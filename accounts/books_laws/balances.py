"""Laws of one account: its entries follow one another, and its balance is where they lead; the bank sums to zero."""

from typing import Final

from accounts.books_check import Law, Rows
from accounts.books_laws.walks import ACCOUNTS, ENTRIES_BY_ACCOUNT

LAWS: Final = (
    Law(
        "entries_are_numbered_without_a_gap",
        "The entries of an account are numbered 1, 2, 3 and so on.",
        ENTRIES_BY_ACCOUNT,
        """
        SELECT 'entry:' || account_id || '/' || sequence, place::text, sequence::text
          FROM (SELECT account_id, sequence, row_number() OVER (PARTITION BY account_id ORDER BY sequence) AS place
                  FROM accounts_entry WHERE account_id >= %(low)s AND account_id < %(high)s) AS numbered
         WHERE sequence <> place
        """,
    ),
    Law(
        "running_balance_follows_the_amounts",
        "The balance after an entry is the balance before it plus its amount.",
        ENTRIES_BY_ACCOUNT,
        """
        SELECT 'entry:' || account_id || '/' || sequence, (before + amount_minor)::text, balance_after_minor::text
          FROM (SELECT account_id, sequence, amount_minor, balance_after_minor,
                       coalesce(lag(balance_after_minor) OVER (PARTITION BY account_id ORDER BY sequence), 0) AS before
                  FROM accounts_entry WHERE account_id >= %(low)s AND account_id < %(high)s) AS running
         WHERE balance_after_minor <> before + amount_minor
        """,
    ),
    Law(
        "booking_never_runs_backwards",
        "Neither the moment nor the day of booking runs backwards along the entries of an account.",
        ENTRIES_BY_ACCOUNT,
        """
        SELECT 'entry:' || account_id || '/' || sequence, concat_ws(', ', 'not before ' || at_before, on_before),
               concat_ws(', ', booked_at, booked_on)
          FROM (SELECT account_id, sequence, booked_at, booked_on,
                       lag(booked_at) OVER along AS at_before, lag(booked_on) OVER along AS on_before
                  FROM accounts_entry WHERE account_id >= %(low)s AND account_id < %(high)s
                WINDOW along AS (PARTITION BY account_id ORDER BY sequence)) AS line
         WHERE booked_at < at_before OR booked_on < on_before
        """,
    ),
    Law(
        "balance_is_that_of_the_last_entry",
        "The balance of an account is the balance after its last entry, and nothing where there is none.",
        ACCOUNTS,
        """
        SELECT 'account:' || a.id, coalesce(last.balance_after_minor, 0)::text, a.balance_minor::text
          FROM accounts_bankaccount a
          LEFT JOIN LATERAL (SELECT balance_after_minor FROM accounts_entry
                              WHERE account_id = a.id ORDER BY sequence DESC LIMIT 1) AS last ON true
         WHERE a.id >= %(low)s AND a.id < %(high)s AND a.balance_minor <> coalesce(last.balance_after_minor, 0)
        """,
    ),
    Law(
        "account_knows_its_last_entry",
        "An account remembers the number, the moment and the day of its last entry.",
        ACCOUNTS,
        """
        SELECT 'account:' || a.id, concat_ws(', ', coalesce(last.sequence, 0), last.booked_at, last.booked_on),
               concat_ws(', ', a.last_sequence, a.last_booked_at, a.last_booked_on)
          FROM accounts_bankaccount a
          LEFT JOIN LATERAL (SELECT sequence, booked_at, booked_on FROM accounts_entry
                              WHERE account_id = a.id ORDER BY sequence DESC LIMIT 1) AS last ON true
         WHERE a.id >= %(low)s AND a.id < %(high)s
           AND (a.last_sequence, a.last_booked_at, a.last_booked_on)
               IS DISTINCT FROM (coalesce(last.sequence, 0), last.booked_at, last.booked_on)
        """,
    ),
    Law(
        "available_is_never_negative_by_the_customers_act",
        "Balance and agreed overdraft cover the holds of a customer's account, unless a fact of the core took them.",
        ACCOUNTS,
        """
        SELECT 'account:' || a.id, '0 or more', (a.balance_minor + a.overdraft_minor - a.held_minor)::text
          FROM accounts_bankaccount a
         WHERE a.id >= %(low)s AND a.id < %(high)s AND a.kind <> 'house'
           AND a.balance_minor + a.overdraft_minor < a.held_minor
           AND 'core' IS DISTINCT FROM (
             SELECT p.kind FROM accounts_entry e JOIN accounts_posting p ON p.id = e.posting_id
              WHERE e.account_id = a.id AND e.amount_minor < 0 ORDER BY e.sequence DESC LIMIT 1)
        """,
    ),
    Law(
        "closed_account_is_empty",
        "A closed account has no balance and no holds.",
        ACCOUNTS,
        """
        SELECT 'account:' || id, '0, 0', concat_ws(', ', balance_minor, held_minor)
          FROM accounts_bankaccount
         WHERE id >= %(low)s AND id < %(high)s AND status = 'closed' AND (balance_minor, held_minor) <> (0, 0)
        """,
    ),
    Law(
        "bank_sums_to_zero",
        "What customers have is what the house owes: all balances sum to zero in every currency.",
        Rows("accounts_bankaccount"),
        """
        SELECT 'currency:' || currency,
               (-sum(balance_minor) FILTER (WHERE kind = 'house'))::text || ' of customers',
               coalesce(sum(balance_minor) FILTER (WHERE kind <> 'house'), 0)::text || ' of customers'
          FROM accounts_bankaccount GROUP BY currency HAVING sum(balance_minor) <> 0
        """,
    ),
)
