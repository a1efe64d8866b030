"""A limit is counted under a lock: signatures at once never pass it together."""

from datetime import date
from functools import partial

import pytest

from auth_flow import fnp
from payments.limits import OverTheLimit
from payments.models import PaymentLimit, PaymentOrder
from tests import builders
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once, refusals
from tests.payments.conftest import make_firm

ROUNDS = 3
SIGNERS = 4


@pytest.mark.parametrize("_round", range(ROUNDS))
@pytest.mark.parametrize("scope", ["company", "account"])
def test_four_signatures_at_once_release_what_the_days_limit_allows(
    bank: BankDatabase, scope: str, _round: int
) -> None:
    firm = make_firm(other_signers=1)
    firm.signers += [builders.mandate_of(builders.user(firm.company, signs=True)) for _ in range(SIGNERS - 1)]
    owner = {"company": firm.company} if scope == "company" else {"account": firm.account}
    PaymentLimit.objects.create(
        scope=scope, currency="ALL", daily_minor=250_000, valid_from=date(2026, 1, 1), source="", **owner
    )
    orders = [builders.submitted(firm.preparer, firm.account, amount_minor=100_000) for _ in firm.signers]
    asked = [firm.ask(order, signer) for order, signer in zip(orders, firm.signers, strict=True)]

    ends = all_at_once(
        *(
            partial(firm.type, order, signer, challenge, fnp.derive(challenge))
            for order, signer, challenge in zip(orders, firm.signers, asked, strict=True)
        )
    )

    assert refusals(ends) == [OverTheLimit, OverTheLimit]
    assert PaymentOrder.objects.filter(status="released").count() == 2
