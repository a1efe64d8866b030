"""The clock's errands of the front door. Delivery itself is `auth_flow.deliver_sms` and `auth_flow.deliver_mail`."""

from datetime import timedelta

from celery import shared_task

from accounts import clock
from auth_flow import blocks, mail, purge as forgetting
from auth_flow.mail import deliver as deliver_mail
from auth_flow.sms import outbox
from auth_flow.sms.outbox import deliver

__all__ = ["deliver", "deliver_mail", "purge", "sweep_mail", "sweep_sms", "tell_owners"]

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


@shared_task(name="auth_flow.sweep_mail")
def sweep_mail() -> int:
    """Send the e-mails that are due and whose errand was lost or failed for a while; returns how many were tried."""
    started_at = clock.machine()
    tried = 0
    while clock.machine() < started_at + SWEEP_PATIENCE and (message := mail.claim(clock.machine())):
        mail.send(message)
        tried += 1
    return tried


@shared_task(name="auth_flow.tell_owners")
def tell_owners() -> int:
    """Tell the owners of accesses that were shut since the last tick; returns how many blocks were looked at."""
    return blocks.tell_owners(at=clock.machine())


@shared_task(name="auth_flow.purge")
def purge() -> int:
    """Forget what strangers left behind and what is too old to matter; returns how many rows went."""
    return sum(forgetting.purge(at=clock.machine()).values())
