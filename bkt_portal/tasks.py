"""What the clock does to the portal as a whole, and in the demo alone."""

from celery import shared_task

from accounts import clock
from bkt_portal import demo_clearing, retention


@shared_task(name="bkt_portal.demo_clearing")
def answer_clearing() -> None:
    """The simulated clearing house answers what lies in its folder; refused outside of the demo."""
    demo_clearing.answer_all(at=clock.now())


@shared_task(name="bkt_portal.forget")
def forget() -> None:
    """Once a night, forget what is over its days; the counts stand in the trail."""
    retention.forget(at=clock.machine())
