"""What became of the orders that the bank promised for a day; for the first page of the staff."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from payments.models import PaymentOrder, Promise
from payments.models.orders import OrderStatus


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Orders promised for one day: how many, and how they stand. `kept` were booked on that day or before."""

    day: date
    promised: int
    waiting: int
    executed: int
    failed: int
    returned: int
    kept: int

    @property
    def owed(self) -> int:
        """What the bank had to execute: without those that their customers took back."""
        return self.waiting + self.executed + self.failed + self.returned


def of_day(day: date) -> DayFigures:
    """One query, by the day that was promised."""
    status = {
        "waiting": Q(order__status=OrderStatus.RELEASED),
        "executed": Q(order__status=OrderStatus.EXECUTED),
        "failed": Q(order__status=OrderStatus.FAILED),
        "returned": Q(order__status=OrderStatus.RETURNED),
        "kept": Q(order__posting__booked_on__lte=F("execute_on")),
    }
    counts = {name: Count("pk", filter=condition) for name, condition in status.items()}
    return DayFigures(day, **Promise.objects.filter(execute_on=day).aggregate(promised=Count("pk"), **counts))


def overdue(today: date) -> int:
    """Orders that were promised for an earlier day and are not executed yet."""
    return PaymentOrder.objects.filter(status=OrderStatus.RELEASED, execute_on__lt=today).count()
