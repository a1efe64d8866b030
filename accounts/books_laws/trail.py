"""Laws of the audit trail, in SQL; `manage.py verify_audit` recomputes it row by row and knows the exported heads."""

from typing import Final

from accounts.books_check import Law, Rows

LAWS: Final = (
    Law(
        "audit_events_are_chained",
        "The hash of an audit event is that of the event before it and its own bytes, from the first event on.",
        Rows("accounts_auditevent"),
        r"""
        SELECT 'audit:' || chain || '/' || sequence, 'number ' || place || ', hash ' || encode(due, 'hex'),
               'number ' || sequence || ', hash ' || encode(hash, 'hex')
          FROM (SELECT chain, sequence, place, previous_hash, before, hash, sha256(before || record) AS due
                  FROM (SELECT chain, sequence, previous_hash, hash, record, row_number() OVER along AS place,
                               coalesce(lag(hash) OVER along, '\x'::bytea) AS before
                          FROM accounts_auditevent WINDOW along AS (PARTITION BY chain ORDER BY sequence)) AS line
               ) AS chained
         WHERE sequence <> place OR previous_hash <> before OR hash <> due
        """,
    ),
    Law(
        "audit_head_fits_its_chain",
        "The head of a chain knows the number and the hash of its last event.",
        Rows("accounts_auditchain"),
        r"""
        SELECT 'audit:' || coalesce(head.name, tail.chain), coalesce(tail.last, 0)::text,
               coalesce(head.count::text, 'no head')
          FROM accounts_auditchain head
          FULL JOIN (SELECT chain, max(sequence) AS last FROM accounts_auditevent GROUP BY chain) AS tail
            ON tail.chain = head.name
          LEFT JOIN accounts_auditevent event ON event.chain = tail.chain AND event.sequence = tail.last
         WHERE (head.count, head.head)
               IS DISTINCT FROM (coalesce(tail.last, 0), coalesce(event.hash, '\x'::bytea))
        """,
    ),
)
