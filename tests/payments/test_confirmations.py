"""The confirmation of a payment: made once, kept, in the reader's language, for the company's people alone."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from accounts import corrections, four_eyes
from accounts.models import AuditEvent, Paper
from payments import confirmations, execution
from payments.models import PaymentOrder
from tests import builders
from tests.payments.clearing_cast import answer, folder, sent

pytestmark = pytest.mark.django_db

__all__ = ["folder"]


@pytest.fixture
def came_back(folder):
    """The clearing house sends an executed order home: its payee's account is closed."""

    def home(order: PaymentOrder) -> PaymentOrder:
        answer(sent(), (order, "AC04"))
        order.refresh_from_db()
        return order

    return home


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def address(order) -> str:
    return f"/payments/{order.pk}/confirmation/"


@pytest.fixture
def executed(firm) -> PaymentOrder:
    order = firm.sign(builders.submitted(firm.preparer, firm.account))
    done = execution.execute(order_id=order.pk, at=builders.AT)
    assert done is not None
    return done


@pytest.fixture
def preparer(firm, signed_in):
    return signed_in(firm.preparer.user)


def test_it_says_who_paid_whom_how_much_when_and_who_signed(preparer, firm, executed):
    answer = preparer.get(address(executed))

    text = text_of(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    for said in (
        "Konfirmim pagese",
        executed.number,
        firm.company.name,
        firm.company.nipt,
        "BETA NDËRTIM SHPK",
        "1.234,50 ALL",
        "Një mijë e dyqind e tridhjetë e katër lekë",
        "Fatura 2026/1147",
        firm.signers[0].user.full_name,
        "20.11.2026 10:00",
        "20 nëntor 2026",
        "Dita e premtuar",
    ):
        assert said in text, said
    assert builders.OTHER_BANK_IBAN in text.replace(" ", "")
    assert firm.account.iban in text.replace(" ", "")


def test_it_is_taken_along_and_kept_by_no_cache(preparer, executed):
    answer = preparer.get(address(executed))

    assert answer["Content-Disposition"] == f'attachment; filename="{Paper.objects.get().number}.pdf"'
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_second_time_it_is_the_same_paper_also_much_later(preparer, signed_in, firm, executed, clock_at):
    first = preparer.get(address(executed)).content
    clock_at(builders.AT + timedelta(minutes=2))

    assert signed_in(firm.signers[0].user).get(address(executed)).content == first
    assert Paper.objects.count() == 1


def test_everybody_who_takes_it_leaves_her_trace(preparer, firm, executed):
    preparer.get(address(executed))
    preparer.get(address(executed))

    taken = AuditEvent.objects.filter(event="bank.paper.taken")
    assert {(event.actor, event.company) for event in taken} == {
        (f"user:{firm.preparer.user_id}", str(firm.company.pk))
    }
    assert taken.count() == 2


def test_a_reader_of_english_has_a_paper_of_her_own(preparer, executed):
    preparer.get(address(executed))
    preparer.cookies["language"] = "en"

    text = text_of(preparer.get(address(executed)).content)

    assert "one thousand two hundred" in text.lower()
    assert Paper.objects.values_list("number", flat=True).distinct().count() == 2


def test_another_companys_people_find_nothing(signed_in, executed):
    stranger = signed_in(builders.user(builders.company(), prepares=True, signs=True))

    assert stranger.get(address(executed)).status_code == 404
    assert not Paper.objects.exists()


def test_before_it_is_executed_there_is_nothing_to_confirm(preparer, firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account))

    assert preparer.get(address(order)).status_code == 404
    assert address(order) not in preparer.get(f"/payments/{order.pk}/").content.decode()


def test_the_page_of_an_executed_order_leads_to_it(preparer, executed):
    assert address(executed) in preparer.get(f"/payments/{executed.pk}/").content.decode()


def test_what_came_back_has_a_paper_that_says_so_and_the_first_one_stays(preparer, executed, came_back):
    first = preparer.get(address(executed)).content

    order = came_back(executed)
    second = preparer.get(address(executed)).content

    assert order.status == "returned"
    assert "E kthyer të premten 20 nëntor 2026: Llogaria e përfituesit është e mbyllur" in text_of(second)
    assert "E kthyer" not in text_of(first)
    assert Paper.objects.count() == 2


def test_what_staff_gave_back_has_a_paper_that_says_so_and_the_first_one_stays(preparer, executed):
    first = preparer.get(address(executed)).content
    proposal = corrections.propose_reversal(
        posting=executed.posting, reason="Gabim", actor=builders.STAFF, at=builders.AT
    )
    four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=builders.AT)

    second = preparer.get(address(executed)).content

    assert "Banka e ktheu të premten 20 nëntor 2026" in text_of(second)
    assert "Banka e ktheu" not in text_of(first)
    assert Paper.objects.count() == 2


def test_what_is_not_executed_is_not_confirmed():
    assert not confirmations.is_confirmed(PaymentOrder(status="released"))
