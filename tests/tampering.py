"""A hand of the owner's with the triggers off: what no law in the database stops, and verification must find."""

from django.db import connection

TABLES = (
    "accounts_posting",
    "accounts_entry",
    "accounts_hold",
    "accounts_bankaccount",
    "accounts_bankday",
    "accounts_daytotal",
    "accounts_bankdaytotal",
    "accounts_auditevent",
    "accounts_auditchain",
    "payments_paymentorder",
    "payments_clearingitem",
    "payments_difference",
    "payments_incomingcredit",
    "payments_settlement",
    "payments_paymentlimit",
    "payments_paymentreturn",
)


def tamper(*statements: str) -> None:
    """Run statements as the owner of the tables, around every trigger, in the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits would forbid ALTER TABLE
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
