"""What the first page shows of payments: what awaits this person's signature, and the bank's day."""

from datetime import date, datetime
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONArray

from accounts import clock
from accounts.models import Mandate
from accounts.questions import Given, Question
from payments import cards, promises, standing_selectors
from payments.bank_day import bank_day
from payments.models import StandingOrder
from payments.pages.standing_cards import WaitingSeries, waiting_series

# What a line tells of a series; its preparer's name comes after.
TOLD = (
    "pk",
    "number",
    "beneficiary_name",
    "amount_minor",
    "currency",
    "rhythm",
    "first_on",
    "last_on",
    "times",
    "prefers_previous",
)


def overview(mandate: Mandate, *, at: datetime, limit: int) -> dict[str, Any]:
    """At most so many orders and so many series; two queries, one for who may not sign."""
    facts = {"on": clock.tirana_day(at), "company": mandate.company_id, "user": mandate.user_id}
    (row,) = _row(limit)(**facts)
    by = promises.rules_of(row, at=at)
    return {
        "awaiting": cards.approval_cards(mandate, at=at, limit=limit, by=by),
        "awaiting_series": [_series(told, by) for told in row[-1]] if mandate.may_sign else [],
        "bank_day": bank_day(at, by=by),
    }


def _series(told: list[Any], by: promises.Rules) -> WaitingSeries:
    *facts, first_name, last_name = told
    series = StandingOrder(**dict(zip(TOLD, facts, strict=True)))
    series.first_on = date.fromisoformat(facts[TOLD.index("first_on")])
    series.last_on = date.fromisoformat(str(series.last_on)) if series.last_on else None
    return waiting_series(series, prepared_by_name=f"{first_name} {last_name}", calendar=by.calendar)


@cache
def _row(limit: int) -> Question[tuple[Any, ...]]:
    """The rules of the day with the series that wait the longest, read along with them."""
    waiting = standing_selectors.awaiting_of(company=Given("company"), user=Given("user"))
    names = ("prepared_by__person__first_name", "prepared_by__person__last_name")
    told = waiting.order_by("submitted_at", "number").values_list(JSONArray(*TOLD, *names))
    return Question(lambda: promises.rules_row(series=ArraySubquery(told[:limit])))
