"""The beat's ticks: short and many, for none of them knows the hour; each task asks a clock what is due."""

from typing import Any


def _tick(task: str, *, every: float, queue: str, expires: float | None = None) -> dict[str, Any]:
    """A tick that nobody took before the next one is worth nothing."""
    return {"task": task, "schedule": every, "options": {"expires": expires or every, "queue": queue}}


TICKS = {
    "heartbeat": _tick("bkt_portal.heartbeat", every=2.0, expires=10, queue="otp"),
    "sweep-sms": _tick("auth_flow.sweep_sms", every=2.0, queue="otp"),
    "sweep-mail": _tick("auth_flow.sweep_mail", every=10.0, queue="batch"),
    "tell-owners": _tick("auth_flow.tell_owners", every=5.0, queue="otp"),
    "purge": _tick("auth_flow.purge", every=600.0, queue="batch"),
    "forget": _tick("bkt_portal.forget", every=600.0, queue="batch"),
    "execute-due": _tick("payments.execute_due", every=2.0, queue="batch"),
    "make-standing": _tick("payments.make_standing", every=10.0, queue="batch"),
    "expire-due": _tick("payments.expire_due", every=60.0, queue="batch"),
    "send-clearing": _tick("payments.send_clearing", every=5.0, queue="batch"),
    "read-clearing": _tick("payments.read_clearing", every=5.0, queue="batch"),
    "report-fiscal": _tick("payments.report_fiscal", every=60.0, queue="batch"),
    "write-words": _tick("statements.write_words", every=5.0, queue="batch"),
    "write-left-words": _tick("statements.write_left_words", every=600.0, queue="batch"),
    "file-months": _tick("statements.file_months", every=60.0, queue="batch"),
    "make-exports": _tick("statements.make_exports", every=2.0, queue="batch"),
    "tell-ready": _tick("statements.tell_ready", every=600.0, queue="batch"),
    "low-balances": _tick("statements.tell_low_balances", every=60.0, queue="batch"),
    "close-day": _tick("accounts.close_day", every=10.0, queue="batch"),
    "watch-day": _tick("accounts.watch_day", every=60.0, queue="otp"),
    "match-late": _tick("accounts.match_late", every=60.0, queue="batch"),
    "expire-proposals": _tick("accounts.expire_proposals", every=600.0, queue="batch"),
    "verify-books": _tick("accounts.verify_books", every=60.0, queue="batch"),
    "audit-heads": _tick("accounts.export_audit_heads", every=60.0, queue="batch"),
    "watch-deadlines": _tick("complaints.watch_deadlines", every=600.0, queue="batch"),
}
# The clearing house that the demo plays to itself.
DEMO_TICKS = {"demo-clearing": _tick("bkt_portal.demo_clearing", every=5.0, queue="batch")}
