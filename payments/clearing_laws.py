"""What the books must say of clearing: whom an order credits, what leaves and comes home, what came in and was settled.

And that the clearing accounts hold nothing else; `reconciliation.py` tells the same by day and rail.
"""

from typing import Final

from accounts.books_check import Law, Rows, register
from accounts.books_laws.walks import POSTINGS
from payments.books_laws import ORDERS

ITEMS: Final = Rows("payments_clearingitem", "id", 50_000)
CREDITS: Final = Rows("payments_incomingcredit", "id", 50_000)
SETTLEMENTS: Final = Rows("payments_settlement")
ACCOUNTS: Final = Rows("accounts_bankaccount")

LAWS: Final = (
    Law(
        "order_credits_its_payee_or_clearing",
        "The posting of an order credits its amount to its payee here, or to the clearing account of its currency.",
        ORDERS,
        """
        SELECT 'order:' || o.id,
               o.amount_minor || ' on ' || CASE WHEN o.rail = 'book' THEN o.beneficiary_iban
                                                ELSE 'clearing-domestic-' || o.currency END,
               (SELECT string_agg(e.amount_minor || ' on ' || coalesce(a.iban, a.house_code), ', ' ORDER BY e.id)
                  FROM accounts_entry e JOIN accounts_bankaccount a ON a.id = e.account_id
                 WHERE e.posting_id = o.posting_id AND e.part = 'principal' AND e.amount_minor > 0)
          FROM payments_paymentorder o
         WHERE o.company_id >= %(low)s AND o.company_id < %(high)s AND o.posting_id IS NOT NULL
           AND NOT EXISTS (
             SELECT 1 FROM accounts_entry e JOIN accounts_bankaccount a ON a.id = e.account_id
              WHERE e.posting_id = o.posting_id AND e.part = 'principal' AND e.amount_minor = o.amount_minor
                AND CASE WHEN o.rail = 'book' THEN a.iban = o.beneficiary_iban
                         ELSE a.house_code = 'clearing-domestic-' || o.currency END)
        """,
    ),
    Law(
        "order_that_left_has_its_clearing_item",
        "An executed order for another bank has its item in clearing, and no other order has one.",
        ORDERS,
        """
        SELECT 'order:' || o.id,
               CASE WHEN o.status IN ('executed', 'returned') AND o.rail <> 'book'
                    THEN concat_ws(' ', o.rail, o.amount_minor, o.currency) ELSE 'no item' END,
               coalesce(concat_ws(' ', i.rail, i.amount_minor, i.currency), 'no item')
          FROM payments_paymentorder o LEFT JOIN payments_clearingitem i ON i.order_id = o.id
         WHERE o.company_id >= %(low)s AND o.company_id < %(high)s
           AND CASE WHEN o.status IN ('executed', 'returned') AND o.rail <> 'book'
                    THEN (i.rail, i.amount_minor, i.currency) IS DISTINCT FROM (o.rail, o.amount_minor, o.currency)
                    ELSE i.id IS NOT NULL END
        """,
    ),
    Law(
        "rejected_payment_came_home",
        "A payment that another bank rejected came home, or staff were told that it could not.",
        ITEMS,
        """
        SELECT 'order:' || o.id, 'home, or told', o.status
          FROM payments_clearingitem i JOIN payments_paymentorder o ON o.id = i.order_id
         WHERE i.id >= %(low)s AND i.id < %(high)s AND i.status = 'rejected' AND o.status <> 'returned'
           AND NOT EXISTS (SELECT 1 FROM accounts_posting WHERE gives_back_id = o.posting_id)
           AND NOT EXISTS (SELECT 1 FROM payments_difference d
                            WHERE d.reference = o.number AND d.what IN ('not_returned', 'given_back'))
        """,
    ),
    Law(
        "accepted_payment_came_home_by_its_return",
        "A payment that another bank took came home where that bank gave it back, and nowhere else.",
        ITEMS,
        """
        SELECT 'order:' || o.id, CASE WHEN r.id IS NULL THEN 'executed' ELSE 'returned' END, o.status
          FROM payments_clearingitem i JOIN payments_paymentorder o ON o.id = i.order_id
          LEFT JOIN payments_paymentreturn r ON r.item_id = i.id AND r.posting_id = o.return_posting_id
         WHERE i.id >= %(low)s AND i.id < %(high)s AND i.status = 'accepted'
           AND (o.status = 'returned') <> (r.id IS NOT NULL)
        """,
    ),
    Law(
        "payment_from_outside_is_booked_as_it_came",
        "A payment that was booked from another bank has its own posting, at its amount on the account that it named.",
        CREDITS,
        """
        SELECT 'credit:' || c.key, concat_ws(' ', c.amount_minor, c.currency, 'on', c.creditor_iban),
               coalesce((SELECT string_agg(concat_ws(' ', e.amount_minor, e.currency, 'on', a.iban), ', ')
                           FROM accounts_entry e JOIN accounts_bankaccount a ON a.id = e.account_id
                          WHERE e.posting_id = p.id AND a.iban IS NOT NULL), 'no posting')
          FROM payments_incomingcredit c
          LEFT JOIN accounts_posting p ON p.id = c.posting_id AND p.key = 'payments.incoming:' || c.key
         WHERE c.id >= %(low)s AND c.id < %(high)s AND c.status = 'booked'
           AND NOT EXISTS (
             SELECT 1 FROM accounts_entry e JOIN accounts_bankaccount a ON a.id = e.account_id
              WHERE e.posting_id = p.id AND a.iban = c.creditor_iban
                AND (e.amount_minor, e.currency) = (c.amount_minor, c.currency))
        """,
    ),
    Law(
        "posting_from_outside_is_told_by_its_payment",
        "What was booked in the name of a payment from another bank has that payment's row.",
        POSTINGS,
        """
        SELECT 'posting:' || p.id, p.key, coalesce(c.key, 'no payment')
          FROM accounts_posting p LEFT JOIN payments_incomingcredit c ON c.posting_id = p.id
         WHERE p.id >= %(low)s AND p.id < %(high)s AND p.key LIKE 'payments.incoming:%%' AND c.id IS NULL
        """,
    ),
    Law(
        "settlement_has_its_own_posting",
        "What the central bank settled has its own posting, at its amount on the clearing account of its currency.",
        SETTLEMENTS,
        """
        SELECT 'settlement:' || s.reference, concat_ws(' ', s.amount_minor, s.currency), coalesce(p.key, 'no posting')
          FROM payments_settlement s LEFT JOIN accounts_posting p ON p.id = s.posting_id
         WHERE p.key IS DISTINCT FROM 'payments.settlement:' || s.reference OR NOT EXISTS (
             SELECT 1 FROM accounts_entry e JOIN accounts_bankaccount a ON a.id = e.account_id
              WHERE e.posting_id = p.id AND a.house_code = 'clearing-domestic-' || s.currency
                AND (e.amount_minor, e.currency) = (s.amount_minor, s.currency))
        """,
    ),
    Law(
        "clearing_account_is_what_clearing_knows",
        "The balance of a clearing account is what waits, is unanswered, accepted or homeless, less what came in or "
        "came back, and what was settled.",
        ACCOUNTS,
        """
        WITH taken AS (  -- what was taken out of clearing again, of what and by whom
          SELECT DISTINCT back.gives_back_id, back.kind
            FROM accounts_entry e JOIN accounts_posting back ON back.id = e.posting_id
           WHERE e.posting_id = ANY (ARRAY(SELECT id FROM accounts_posting WHERE gives_back_id IS NOT NULL))
             AND (SELECT house_code FROM accounts_bankaccount WHERE id = e.account_id) LIKE 'clearing-domestic-%%'
        )
        SELECT 'account:' || a.id, coalesce(known.amount, 0)::text, a.balance_minor::text
          FROM accounts_bankaccount a
          LEFT JOIN (
            SELECT currency, sum(amount) AS amount FROM (
              SELECT i.currency, i.amount_minor AS amount
                FROM payments_clearingitem i JOIN payments_paymentorder o ON o.id = i.order_id
               WHERE (i.status IN ('waiting', 'sent', 'accepted') OR i.status = 'rejected' AND o.status = 'executed')
                 AND NOT EXISTS (
                   SELECT 1 FROM taken WHERE taken.gives_back_id = o.posting_id AND taken.kind <> 'return')
              UNION ALL
              SELECT i.currency, -i.amount_minor
                FROM payments_paymentreturn r JOIN payments_clearingitem i ON i.id = r.item_id
               WHERE NOT EXISTS (SELECT 1 FROM taken WHERE taken.gives_back_id = r.posting_id)
              UNION ALL
              SELECT c.currency, -c.amount_minor FROM payments_incomingcredit c
               WHERE c.status = 'booked'
                 AND NOT EXISTS (SELECT 1 FROM taken WHERE taken.gives_back_id = c.posting_id)
              UNION ALL
              SELECT s.currency, s.amount_minor FROM payments_settlement s
               WHERE NOT EXISTS (SELECT 1 FROM taken WHERE taken.gives_back_id = s.posting_id)
            ) AS one GROUP BY currency
          ) AS known ON known.currency = a.currency
         WHERE a.kind = 'house' AND a.house_code LIKE 'clearing-domestic-%%'
           AND a.balance_minor <> coalesce(known.amount, 0)
        """,
    ),
)

register(*LAWS)
