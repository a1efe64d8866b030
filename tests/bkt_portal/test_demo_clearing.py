"""The clearing house of the demo: the same files, the same way, and never in production."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts.identifiers import make_albanian_iban
from accounts.models import BankAccount
from bkt_portal import demo_clearing
from payments import arrivals
from tests.payments.clearing_cast import AT_10_30, AT_13, executed, folder, item_of, sent
from tests.payments.conftest import firm

__all__ = ["firm", "folder"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"beneficiary_iban": make_albanian_iban("212", "1100", "0000000000000001")}, "AC01"),
        ({"beneficiary_iban": make_albanian_iban("212", "1100", "0000000000000004")}, "AC04"),
        ({"beneficiary_iban": make_albanian_iban("212", "1100", "0000000000000006")}, "AC06"),
        ({"description": "Fatura 7, ktheje"}, "MS03"),
    ],
)
def test_it_accepts_but_what_asks_to_come_back(firm, folder, changes, reason):
    order = executed(firm, **changes)
    sent(at=AT_10_30)

    assert demo_clearing.answer_all(at=AT_13) == 1
    arrivals.read_all(at=AT_13)

    assert item_of(order).reason_code == reason
    assert item_of(order).status == ("rejected" if reason else "accepted")
    assert demo_clearing.answer_all(at=AT_13) == 0


def test_a_payment_comes_in_on_request(firm, folder):
    before = BankAccount.objects.get(house_code="clearing-domestic-ALL").balance_minor
    demo_clearing.send_incoming(iban=firm.account.iban, amount_minor=1_250_000, text="Arkëtim", at=AT_13)

    assert arrivals.read_all(at=AT_13) == 2

    assert BankAccount.objects.get(pk=firm.account.pk).balance_minor == 10_000_000 + 1_250_000
    assert BankAccount.objects.get(house_code="clearing-domestic-ALL").balance_minor == before


def test_it_has_a_page_and_a_button(firm, folder, settings):
    settings.ROOT_URLCONF = "tests.bkt_portal.demo_urls"
    page = Client().get("/demo/clearing/").content.decode()
    assert f"..{firm.account.iban[-4:]}" in page
    assert "10:30, 13:00, 15:00" in page

    answer = Client().post("/demo/clearing/", {"iban": firm.account.iban, "amount": "12.500,00"})

    assert (answer.status_code, arrivals.read_all(at=AT_13)) == (302, 2)


@pytest.mark.parametrize("form", [{"iban": "AL00", "amount": "1,00"}, {"amount": "x"}])
def test_a_form_that_makes_no_sense_sends_nothing(firm, folder, settings, form):
    settings.ROOT_URLCONF = "tests.bkt_portal.demo_urls"

    assert Client().post("/demo/clearing/", form).status_code == 422
    assert arrivals.read_all(at=AT_13) == 0


def test_the_command_answers_and_sends(firm, folder, capsys):
    call_command("demo_clearing", firm.account.iban, "12.500,00")
    call_command("demo_clearing")

    assert "on its way" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["AL62"]])
def test_production_has_no_such_house(firm, folder, settings, words):
    settings.IN_PRODUCTION = True

    with pytest.raises(CommandError, match=r"demo"):
        call_command("demo_clearing", *words)


def test_it_gives_back_what_it_has_settled(firm, folder):
    order = executed(firm, beneficiary_iban=make_albanian_iban("212", "1100", "0000000000000009"))
    sent(at=AT_10_30)
    demo_clearing.answer_all(at=AT_13)

    assert arrivals.read_all(at=AT_13) == 4

    order.refresh_from_db()
    assert (item_of(order).status, order.status) == ("accepted", "returned")
    assert BankAccount.objects.get(pk=firm.account.pk).balance_minor == 10_000_000 - order.fee_minor
    assert BankAccount.objects.get(house_code="clearing-domestic-ALL").balance_minor == 0
