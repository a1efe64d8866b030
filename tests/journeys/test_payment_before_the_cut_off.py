"""What is released by 14:00 of a working day leaves the account that day (R56)."""

import re

from playwright.sync_api import expect

from tests import builders
from tests.journeys.visitor import Visitor


def test_who_signs_before_two_o_clock_is_paid_today(sole: Visitor) -> None:
    order = sole.prepare(amount="1.234,50")

    sms = sole.ask_code(order)
    print(sms, sole.page.url)
    sole.page.screenshot(path="/tmp/j/sign.png")
