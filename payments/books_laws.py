"""What the books must say of every order: executed once, for its own amount, and nothing held for what has ended."""

from typing import Final

from accounts.books_check import Law, Rows, register
from accounts.books_laws.walks import HOLDS, POSTINGS

ORDERS: Final = Rows("payments_paymentorder", "company_id", 2_000)

LAWS: Final = (
    Law(
        "executed_order_has_its_posting",
        "An order that was executed has one posting, its own; any other order has none.",
        ORDERS,
        """
        SELECT 'order:' || o.id,
               CASE WHEN o.status IN ('executed', 'returned') THEN 'payments.order:' || o.id ELSE 'no posting' END,
               concat_ws(', ', o.status, coalesce(p.key, 'no posting'))
          FROM payments_paymentorder o LEFT JOIN accounts_posting p ON p.id = o.posting_id
         WHERE o.company_id >= %(low)s AND o.company_id < %(high)s
           AND p.key IS DISTINCT FROM CASE WHEN o.status IN ('executed', 'returned') THEN 'payments.order:' || o.id END
        """,
    ),
    Law(
        "order_is_booked_at_its_amount_and_fee",
        "The posting of an order takes its amount and its fee from its account, no more and no less.",
        ORDERS,
        """
        SELECT 'order:' || o.id, concat_ws(' and ', o.amount_minor, o.fee_minor),
               concat_ws(' and ', debit.amount, debit.fee)
          FROM payments_paymentorder o,
               LATERAL (SELECT coalesce(-sum(amount_minor) FILTER (WHERE part = 'principal'), 0) AS amount,
                               coalesce(-sum(amount_minor) FILTER (WHERE part = 'fee'), 0) AS fee
                          FROM accounts_entry
                         WHERE posting_id = o.posting_id AND account_id = o.debit_account_id) AS debit
         WHERE o.company_id >= %(low)s AND o.company_id < %(high)s AND o.posting_id IS NOT NULL
           AND (debit.amount, debit.fee) <> (o.amount_minor, o.fee_minor)
        """,
    ),
    Law(
        "posting_for_an_order_is_the_one_of_that_order",
        "What was booked in the name of an order is that order's one posting, its return, or a reversal.",
        POSTINGS,
        """
        SELECT 'posting:' || p.id, p.source || ' with this posting', coalesce('order:' || o.id, 'no order')
          FROM accounts_posting p LEFT JOIN payments_paymentorder o ON o.posting_id = p.id
         WHERE p.id >= %(low)s AND p.id < %(high)s
           AND p.source LIKE 'payments.order:%%' AND p.kind NOT IN ('reversal', 'return')
           AND p.source IS DISTINCT FROM 'payments.order:' || o.id
        """,
    ),
    Law(
        "money_is_held_for_released_orders_alone",
        "An active hold in the name of an order is that of a released order.",
        HOLDS,
        """
        SELECT 'hold:' || h.id, 'a released order', coalesce(o.status, 'no order')
          FROM accounts_hold h
          LEFT JOIN payments_paymentorder o ON o.debit_account_id = h.account_id AND o.hold_id = h.id
         WHERE h.account_id >= %(low)s AND h.account_id < %(high)s
           AND h.status = 'active' AND h.source LIKE 'payments.order:%%' AND o.status IS DISTINCT FROM 'released'
        """,
    ),
    Law(
        "released_order_keeps_its_hold",
        "A released order that took a hold still has it, for its amount and its fee.",
        ORDERS,
        """
        SELECT 'order:' || o.id, 'active, ' || o.amount_minor + o.fee_minor,
               coalesce(concat_ws(', ', h.status, h.amount_minor), 'no hold')
          FROM payments_paymentorder o LEFT JOIN accounts_hold h ON h.id = o.hold_id
         WHERE o.company_id >= %(low)s AND o.company_id < %(high)s
           AND o.status = 'released' AND o.hold_id IS NOT NULL
           AND (h.status, h.amount_minor) IS DISTINCT FROM ('active', o.amount_minor + o.fee_minor)
        """,
    ),
)

register(*LAWS)
