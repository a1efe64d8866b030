"""The transfer form says of every slip what is wrong, where it is, and keeps what was typed (R55)."""

from playwright.sync_api import expect

from accounts.identifiers import make_albanian_iban
from payments.models import PaymentOrder
from tests import builders
from tests.journeys.visitor import Visitor

GOOD = builders.OTHER_BANK_IBAN
ONE_DIGIT_OFF = f"{GOOD[:-1]}2"
OUR_BANK = make_albanian_iban("205", "1162", "0000000000000001")


def with_wrong_national_digit() -> str:
    """An IBAN that every library takes for a good one: its two check digits fit, the national one does not."""
    bban = f"{GOOD[4:11]}{(int(GOOD[11]) + 1) % 10}{GOOD[12:]}"
    number = int("".join(str(int(sign, 36)) for sign in f"{bban}AL00"))
    return f"AL{98 - number % 97:02d}{bban}"


SLIPS = [
    ("amount", "1,234.50", "Nuk e kuptuam “1,234.50”. Shkruajeni 1.234,50 ose 1234,50."),
    ("amount", "1.000", "“1.000” mund të jetë 1,00 ose 1.000,00."),
    ("amount", "12.50", "“12.50” mund të jetë 12,50 ose 1.250,00."),
    ("amount", "0,00", "Shuma duhet të jetë më e madhe se zero."),
    ("amount", "", "Shkruani shumën"),
    ("beneficiary_iban", ONE_DIGIT_OFF, "Ky IBAN ka një gabim shtypi."),
    ("beneficiary_iban", with_wrong_national_digit(), "nuk përputhet me shifrën e kontrollit"),
    ("beneficiary_iban", "DE89 3704 0044 0532 0130 00", "Kjo pagesë shkon vetëm te llogari në Shqipëri."),
    ("beneficiary_iban", GOOD[:20], "ka 28 shenja, kurse ky ka 20"),
    ("beneficiary_iban", OUR_BANK, "Ky IBAN është i bankës sonë."),
    ("execute_on", "19.11.2026", "Kjo ditë ka kaluar."),
    ("execute_on", "31.11.2026", "nuk gjendet në kalendar"),
    ("execute_on", "11/25/2026", "nuk gjendet në kalendar"),
    ("beneficiary_name", "BETA <SHPK>", "një shenjë që bankat nuk e përcjellin"),
    ("description", "", "Shkruani për çfarë paguani"),
]


def test_every_slip_has_its_own_sentence_beside_its_field(sole: Visitor) -> None:
    sole.fill_transfer()
    good = {name: sole.page.input_value(f"[name={name}]") for name in {name for name, _typed, _sentence in SLIPS}}

    for name, typed, sentence in SLIPS:
        sole.page.fill(f"[name={name}]", typed)
        sole.press("Vazhdo te kontrolli")

        field = sole.page.locator(f".field:has([name={name}])")
        expect(field.locator(".error"), f"{name}: {typed}").to_contain_text(sentence)
        expect(field.locator("input")).to_have_attribute("aria-invalid", "true")
        assert_kept(sole, good | {name: typed})
        expect(sole.page.get_by_role("alert").get_by_role("link")).to_have_count(1)
        sole.page.fill(f"[name={name}]", good[name])

    assert PaymentOrder.objects.count() == 0


def test_all_slips_at_once_are_listed_and_lead_to_their_fields(sole: Visitor) -> None:
    sole.fill_transfer(amount="abc", iban=ONE_DIGIT_OFF, description="", execute_on="1.1.2020")
    sole.press("Vazhdo te kontrolli")

    summary = sole.page.get_by_role("alert")
    expect(summary.get_by_role("heading")).to_have_text("Ndreqni 4 fusha dhe vazhdoni")
    summary.get_by_role("link").first.click()
    expect(sole.page.locator("[name=beneficiary_iban]")).to_be_focused()


def test_more_than_the_account_holds_is_told_before_anything_is_signed(sole: Visitor) -> None:
    order = sole.prepare(amount="100.000,01")

    expect(sole.main).to_contain_text("Në llogari mungojnë")

    sole.main.get_by_role("button", name="Dërgo FNP-në dhe vazhdo").click()
    expect(sole.main).to_contain_text("Gjendja e disponueshme nuk mjafton.")
    order.refresh_from_db()
    assert (order.status, sole.account.held_minor) == ("draft", 0), "no code was sent, and she may change it"


def assert_kept(visitor: Visitor, typed: dict[str, str]) -> None:
    assert {name: visitor.page.input_value(f"[name={name}]") for name in typed} == typed
