"""Orders and series on the staff's desk: only looked at, and money as people write it."""

import re

from tests import builders
from tests.doors import at_the_desk
from tests.payments import standing_cast


def test_orders_and_series_are_read_as_money_by_the_staff(firm):
    order = builders.submitted(firm.preparer, firm.account, amount_minor=123_450)
    series = standing_cast.submitted(firm, cap_minor=7_654_300)
    desk = at_the_desk(builders.staff())

    of_order = desk.get(f"/staff/payments/paymentorder/{order.pk}/change/").content.decode()
    of_series = desk.get(f"/staff/payments/standingorder/{series.pk}/change/").content.decode()

    assert "1.234,50 ALL" in of_order
    assert {"1.234,50 ALL", "76.543,00 ALL"} <= set(re.findall(r"[0-9.]+,[0-9]{2} ALL", of_series))
    assert not re.search("123450|7654300", of_order + of_series)
