"""The clock's tasks of payments: each asks the bank's clock what is due, and does nothing the second time."""

from uuid import UUID

from celery import shared_task

from accounts import clock
from payments import arrivals, clearing, execution, fiscalisation, orders, paydays, sent_files, standing


@shared_task(name="payments.execute_due")
def execute_due() -> None:
    """Execute what is due; the ticks of two beats at once do no harm."""
    execution.execute_due(at=clock.now())


@shared_task(name="payments.execute_order")
def execute_order(*, order_id: str) -> None:
    """The errand after a release: look at one order now."""
    execution.execute(order_id=UUID(order_id), at=clock.now())


@shared_task(name="payments.expire_due")
def expire_due() -> None:
    """End what nobody signed in its time."""
    orders.expire_due(at=clock.now())


@shared_task(name="payments.make_standing")
def make_standing() -> None:
    """Make the orders of the standing orders whose day has begun, and end those that nobody signed in their time."""
    paydays.make_due(at=clock.now())
    standing.expire_due(at=clock.now())


@shared_task(name="payments.send_clearing")
def send_clearing() -> None:
    """Make the files of the clearing sessions that have come, and put every file of ours into its folder."""
    try:
        clearing.make_due(at=clock.now())
    finally:
        sent_files.write_out(at=clock.now())


@shared_task(name="payments.read_clearing")
def read_clearing() -> None:
    """Take what came from the clearing house."""
    arrivals.read_all(at=clock.now())


@shared_task(name="payments.report_fiscal")
def report_fiscal() -> None:
    """Make the report of every day that was closed, and put it into its folder."""
    fiscalisation.make_due(at=clock.now())
    fiscalisation.write_out(at=clock.now())
