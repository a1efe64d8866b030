"""What the clock does in the demo alone."""

from celery import shared_task

from accounts import clock
from bkt_portal import demo_clearing


@shared_task(name="bkt_portal.demo_clearing")
def answer_clearing() -> None:
    """The simulated clearing house answers what lies in its folder; refused outside of the demo."""
    demo_clearing.answer_all(at=clock.now())
