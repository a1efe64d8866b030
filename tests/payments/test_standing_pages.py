"""The pages of standing orders through HTTP: what they show, what they refuse, and that a stranger sees nothing."""

import re
from datetime import date

import pytest
from django.test import Client

from accounts.models import BankHoliday
from auth_flow import fnp
from auth_flow.models import FnpChallenge
from payments.models import StandingOrder
from payments.models.orders import OrderKind
from payments.models.standing import Rhythm
from tests import builders, doors
from tests.payments import standing_cast as cast
from tests.payments.conftest import make_firm
from tests.payments.standing_cast import TUESDAY, tirana

pytestmark = pytest.mark.django_db
LIST = "/payments/standing/"
NEW = "/payments/standing/new/domestic/"


def field(html: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', html)[1]


def filled(firm, client, **changes):
    key = field(client.get(NEW).content.decode(), "idempotency_key")
    return {
        "idempotency_key": key,
        "debit_account": str(firm.account.uuid),
        "beneficiary_name": "BETA NDËRTIM SHPK",
        "beneficiary_iban": "AL47 2121 1009 0000 0002 3569 8741",
        "amount": "1.234,50",
        "description": "Qira",
        "rhythm": "monthly",
        "first_on": "31.12.2026",
        "day_off": "next",
        "last_on": "",
        "times": "",
        "cap": "",
    } | changes


def address(series, page=""):
    return f"{LIST}{series.pk}/{page}"


@pytest.fixture
def browser(sole, signed_in) -> Client:
    return signed_in(sole.preparer.user)


def wanted(sole, browser, **changes) -> StandingOrder:
    response = browser.post(NEW, filled(sole, browser, **changes))
    assert response.status_code == 302, response.content.decode()
    return StandingOrder.objects.get(pk=response.url.split("/")[3])


def started(sole, browser, **changes) -> StandingOrder:
    series = wanted(sole, browser, **changes)
    asked = browser.post(address(series, "review/"), {"version": series.version})
    challenge = doors.last_challenge(sole.preparer.user, "payment")
    browser.post(asked.url, {"challenge_id": challenge.pk, "code": fnp.derive(challenge)})
    series.refresh_from_db()
    assert series.status == "running"
    return series


def read(browser, series, page=""):
    return browser.get(address(series, page)).content.decode()


def test_the_form_leads_to_the_review_with_the_plan(sole, browser):
    series = wanted(sole, browser)

    page = read(browser, series, "review/")

    for shown in (
        "1.234,50",
        "Çdo muaj, më datën 31; në muajt më të shkurtër, ditën e fundit",
        "pa afat, derisa ta ndalni",
        "01.02.2027",
        "Në vend të datës 31.01.2027, që është fundjavë.",
        "BKT: FNP •••••• per 1.234,50 ALL cdo muaj te BETA NDERTIM SHPK",
    ):
        assert shown in page, shown


def test_asking_and_typing_the_code_starts_it(sole, browser):
    series = started(sole, browser, times="3")

    page = read(browser, series)
    assert "Aktiv" in page
    assert "3 herë" in page
    assert "Këtu urdhri përfundon." in page
    assert "Pagesa tjetër: të enjten 31 dhjetor 2026" in page


def test_a_second_tab_says_that_nothing_is_left_to_sign(sole, browser):
    series = started(sole, browser, times="3")

    other_tab = browser.get(address(series, "sign/"), follow=True)

    assert other_tab.redirect_chain == [(address(series), 302)]
    assert "nuk pret më nënshkrimin tuaj" in other_tab.content.decode()


def test_looking_at_pages_never_sends_an_sms(sole, browser):
    series = wanted(sole, browser)
    before = FnpChallenge.objects.count()

    for page in ("", "review/", "sign/"):
        browser.get(address(series, page))

    assert FnpChallenge.objects.count() == before


def test_a_wrong_code_stays_on_the_page_and_says_how_many_tries_are_left(sole, browser):
    series = wanted(sole, browser)
    asked = browser.post(address(series, "review/"))
    challenge = doors.last_challenge(sole.preparer.user, "payment")
    wrong = f"{(int(fnp.derive(challenge)) + 1) % 10**6:06d}"

    page = browser.post(asked.url, {"challenge_id": challenge.pk, "code": wrong})

    assert page.status_code == 422
    assert "4" in re.search(r"id_code_error.*?</p>", page.content.decode(), re.S)[0]


def test_a_review_of_an_older_version_is_not_acted_on(sole, browser):
    form = filled(sole, browser)
    first = browser.post(NEW, form).url
    browser.post(NEW, form | {"rhythm": "daily"})

    page = browser.post(first, {"version": 1}, follow=True).content.decode()

    assert "ndryshoi në një dritare tjetër" in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount": ""}, "Shkruani shumën"),
        ({"first_on": ""}, "ditën e pagesës së parë"),
        ({"first_on": "20.11.2026"}, "nga nesër e tutje"),
        ({"first_on": "1.1.2028"}, "tepër larg"),
        ({"first_on": "23.11.2026", "day_off": "previous"}, "dita e punës para saj ka ardhur"),
        ({"last_on": "30.12.2026"}, "para ditës së parë"),
        ({"last_on": "31.12.2027", "times": "3"}, "Zgjidhni njërën"),
        ({"times": "1"}, "një pagesë të vetme"),
        ({"times": "x"}, "numër të plotë"),
        ({"cap": "1.000,00"}, "Tavani është më i vogël"),
        ({"rhythm": "hourly"}, "hourly"),
        ({"beneficiary_iban": "AL47 2121 1009 0000 0002 3569 8742"}, "gabim shtypi"),
    ],
)
def test_every_bad_input_has_its_own_sentence_and_keeps_what_was_typed(sole, browser, change, sentence):
    page = browser.post(NEW, filled(sole, browser, **change))

    html = page.content.decode()
    assert page.status_code == 422
    assert sentence in html
    assert 'value="Qira"' in html
    assert not StandingOrder.objects.filter(company=sole.company).exists()


def test_between_own_accounts_and_inside_the_bank_have_their_forms(sole, browser):
    own = builders.account(sole.company)
    form = filled(sole, browser, credit_account=str(own.uuid))

    response = browser.post("/payments/standing/new/own/", form)

    series = StandingOrder.objects.get(company=sole.company)
    assert response.url == address(series, "review/")
    assert (series.kind, series.beneficiary_iban) == (OrderKind.OWN, own.iban)
    assert browser.get("/payments/standing/new/internal/").status_code == 200
    assert browser.get("/payments/standing/new/budget/").status_code == 404


def test_make_another_from_this_one(sole, browser):
    series = started(sole, browser, cap="9.000,00")

    page = browser.get(f"{NEW}?from={series.pk}").content.decode()

    for value in ("BETA NDËRTIM SHPK", "1.234,50", "9.000,00", "Qira"):
        assert f'value="{value}"' in page
    assert f"{NEW}?from={series.pk}" in read(browser, series)
    assert browser.get(f"{NEW}?from={make_firm().account.uuid}").status_code == 404
    assert browser.get(f"{NEW}?from=x").status_code == 404


def test_another_one_ends_when_this_one_does(sole, browser):
    series = started(sole, browser, last_on="31.12.2027")

    page = browser.get(f"{NEW}?from={series.pk}").content.decode()

    assert 'value="31.12.2027"' in page


def test_four_eyes_go_through_the_approvals(firm, signed_in):
    series = cast.submitted(firm)

    for_signer = signed_in(firm.signers[0].user).get("/payments/approvals/").content.decode()
    for_preparer = signed_in(firm.preparer.user).get("/payments/approvals/").content.decode()

    assert address(series, "review/") in for_signer
    assert '<span class="count">1' in for_signer
    assert "1 urdhër pret nënshkrimin tuaj" in for_signer
    assert address(series, "review/") not in for_preparer


def test_the_preparer_sends_it_and_the_signer_refuses_it(firm, signed_in):
    preparer = signed_in(firm.preparer.user)
    series = wanted(firm, preparer)
    sent = preparer.post(address(series, "review/"), {"version": 1}, follow=True).content.decode()
    assert "u dërgua për nënshkrim" in sent

    signer = signed_in(firm.signers[0].user)
    signer.post(address(series, "reject/"), {"reason": " "})
    signer.post(address(series, "reject/"), {"reason": "Qira e vjetër"})

    assert "Qira e vjetër" in read(signer, series)


def test_an_order_leads_to_its_series_and_back(sole, browser):
    series = started(sole, browser, first_on="24.11.2026")
    cast.run(tirana(11, 24), tirana(11, 24, 8))
    order = series.orders.get()

    page = browser.get(f"/payments/{order.pk}/").content.decode()

    assert address(series) in page
    assert f"përgatiti urdhrin e përhershëm {series.number}" in page
    assert "1 nga 1" in page
    assert f"/payments/{order.pk}/" in read(browser, series)


def test_a_feast_that_is_an_estimate_is_flagged(sole, browser):
    BankHoliday.objects.create(day=date(2027, 1, 7), name="Bajrami", is_confirmed=False)
    series = wanted(sole, browser, first_on="07.01.2027")

    assert "data e festës nuk është konfirmuar" in read(browser, series, "review/")


def test_the_list_shows_what_comes_next(sole, browser):
    series = started(sole, browser)

    page = browser.get(LIST).content.decode()

    assert address(series) in page
    assert "31.12.2026" in page


@pytest.mark.parametrize("rhythm", Rhythm)
def test_every_rhythm_has_its_words(sole, browser, rhythm):
    series = wanted(sole, browser, rhythm=str(rhythm))

    assert str(rhythm.label) in read(browser, series)


def test_who_may_not_prepare_is_turned_away(firm, signed_in):
    assert signed_in(firm.signers[0].user).get(NEW).status_code == 403


@pytest.mark.parametrize("page", ["", "review/", "sign/"])
def test_a_stranger_finds_nothing(sole, signed_in, page):
    series = cast.draft(sole)
    stranger = signed_in(make_firm(other_signers=0).preparer.user)

    assert stranger.get(address(series, page)).status_code == 404
    assert address(series) not in stranger.get(LIST).content.decode()


@pytest.mark.parametrize("act", ["review/", "sign/", "sign/resend/", "skip/", "take-back/", "stop/", "reject/"])
def test_a_stranger_does_nothing(sole, signed_in, act):
    series = cast.running(sole)
    stranger = signed_in(make_firm(other_signers=0).preparer.user)

    answer = stranger.post(address(series, act), {"reason": "x", "day": TUESDAY.isoformat()})

    series.refresh_from_db()
    assert (answer.status_code, series.status, series.skipped_days.count()) == (404, "running", 0)


@pytest.mark.parametrize("path", [LIST, NEW])
def test_nobody_gets_in_without_signing_in(client, path):
    assert client.get(path).url.startswith("/login/")


def test_a_page_costs_few_queries(sole, browser, django_assert_max_num_queries):
    series = started(sole, browser, rhythm="daily")
    for _number in range(5):
        wanted(sole, browser)
    at_the_door = 5  # session, user, device, sign-in, mandate
    clock_rows = 4  # the bank's clock of demo and tests; production reads none

    for path in (LIST, NEW, address(series), address(series, "review/")):
        with django_assert_max_num_queries(at_the_door + clock_rows + 10):
            browser.get(path)


def test_the_bank_sees_it_and_touches_nothing(sole, signed_in):
    series = cast.running(sole)
    desk = doors.at_the_desk(builders.staff())

    shown = desk.get(f"/staff/payments/standingorder/{series.pk}/change/")

    assert series.number in shown.content.decode()
    assert desk.post(f"/staff/payments/standingorder/{series.pk}/delete/").status_code == 403
    assert desk.get("/staff/payments/standingorder/").status_code == 200
