"""The demo bank holds what the README's walk looks for; a short life of it shows that as well as a year."""

from datetime import timedelta

import pytest

from accounts.models import User
from auth_flow import door_figures, dossiers
from auth_flow.models import FnpChallenge
from bkt_portal import demo
from bkt_portal.demo import Stage
from bkt_portal.demo_cast import FIRMS
from statements import selectors
from statements.searches import Search
from tests.builders import AT


@pytest.fixture
def stage(db: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(demo, "YEAR", timedelta(days=45))
    return demo.build(at=AT)


def test_the_walk_of_the_readme_finds_what_it_looks_for(stage: Stage) -> None:
    firm = FIRMS[0]
    account = stage.accounts[firm.nipt, "ALL"]

    found = {words: selectors.page(account, Search(words=words), None).lines for words in ("kafe", "cmimi")}

    assert {line.counterparty for line in found["kafe"]} == {"Kafé Europa"}
    assert found["cmimi"] == found["kafe"]


def test_no_code_of_the_past_waits_for_a_gateway_or_counts_as_failed(stage: Stage) -> None:
    first = FnpChallenge.objects.order_by("created_at")[0]

    figures = door_figures.sms_since(first.created_at)

    assert figures.failed == 0
    assert figures.delivered == FnpChallenge.objects.filter(consumed_at__isnull=False).count() > 0


def test_who_checks_the_blocked_caller_knows_when_she_was_in(stage: Stage) -> None:
    blocked = next(player for firm in FIRMS for player in firm.players if player.role == "blocked")
    user = User.objects.get(username=blocked.customer_number)

    dossier = dossiers.of(user, at=AT + timedelta(days=3))

    assert dossier.last_sign_in is not None
    assert dossier.is_frozen


def test_money_can_be_moved_between_two_accounts_of_one_company(stage: Stage) -> None:
    firm = FIRMS[0]
    reserve = stage.accounts[firm.nipt, demo.RESERVE]
    reserve.refresh_from_db()

    assert (reserve.currency, reserve.balance_minor) == ("ALL", firm.reserve)
    assert reserve.company == stage.accounts[firm.nipt, "ALL"].company
