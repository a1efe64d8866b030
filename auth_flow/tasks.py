"""The clock's errands of the front door. Delivery itself is `auth_flow.deliver_sms`, in sms/outbox.py."""

from datetime import timedelta

from celery import shared_task

from accounts import clock
from auth_flow.sms import outbox
from auth_flow.sms.outbox import deliver

__all__ = ["deliver", "sweep_sms"]

# A sweep that meets a slow provider makes room for the next one.
SWEEP_PATIENCE = timedelta(seconds=10)


@shared_task(name="auth_flow.sweep_sms")
def sweep_sms() -> int:
    """Send what is due and whose errand was lost or failed for a while; returns how many were tried."""
    started_at = clock.machine()
    tried = 0
    while clock.machine() < started_at + SWEEP_PATIENCE and (message := outbox.claim(clock.machine())):
        outbox.send(message)
        tried += 1
    return tried
