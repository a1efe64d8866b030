"""A person at a browser of her own, with her phone at hand: what she types, clicks and reads."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts import clock
from accounts.models import BankAccount, User
from payments.models import PaymentOrder
from tests import builders
from tests.portal import Portal, until

CODE = re.compile(r"FNP (\d{6})")


def tirana(text: str) -> datetime:
    """A moment on Tirana's wall clock: 2026-11-20 13:59:50."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.TIRANA)


@dataclass
class Visitor:
    """One browser context. `read` counts the SMS that she has looked at."""

    portal: Portal
    context: BrowserContext
    page: Page
    user: User
    read: int = field(default=0)

    @property
    def phone(self) -> str:
        assert self.user.person is not None, "a customer has a person"
        return self.user.person.phone

    @property
    def account(self) -> BankAccount:
        """The one account of her company, as it is now."""
        return BankAccount.objects.get(company__mandates__user=self.user)

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    def go(self, path: str) -> int:
        """Open an address by hand; returns the status of the page."""
        response = self.page.goto(self.portal.url + path)
        assert response is not None, "an address by hand is a new page"
        return response.status

    def press(self, name: str) -> None:
        self.main.get_by_role("button", name=name, exact=True).click()

    def next_sms(self) -> str:
        """The next SMS that she has not looked at, as soon as it arrives."""
        bodies = until(lambda: self.portal.messages(self.phone)[self.read :])
        self.read += 1
        return bodies[0]

    def next_code(self) -> str:
        return code_in(self.next_sms())

    def type_code(self, code: str, *, button: str | re.Pattern[str]) -> None:
        self.page.get_by_label("FNP, 6 shifra").fill(code)
        self.main.get_by_role("button", name=button).click()

    # --- The way in ----------------------------------------------------------------------------------------------

    def identify(self, *, customer_number: str = "", nipt: str = "") -> None:
        """Step one."""
        mandate = self.user.mandates.select_related("company").order_by("company__name")[0]
        assert self.user.person is not None, "a customer has a person"
        self.go("/login/")
        self.page.get_by_label("Numri i klientit").fill(customer_number or self.user.person.customer_number)
        self.page.get_by_label("NIPT-i i kompanisë").fill(nipt or mandate.company.nipt)
        self.press("Vazhdo")

    def give_password(self, password: str = builders.PASSWORD) -> None:
        """Step two."""
        self.page.get_by_label("Fjalëkalimi").fill(password)
        self.press("Vazhdo")

    def sign_in(self, *, nipt: str = "") -> "Visitor":
        """All three steps."""
        self.identify(nipt=nipt)
        self.give_password()
        self.type_code(self.next_code(), button="Hyr")
        expect(self.heading).to_have_text(re.compile("Mirëdita"))
        return self

    # --- Payments ------------------------------------------------------------------------------------------------

    def fill_transfer(
        self,
        *,
        amount: str = "1.234,50",
        name: str = "BETA NDËRTIM SHPK",
        iban: str = builders.OTHER_BANK_IBAN,
        description: str = "Fatura 2026/1147",
        execute_on: str = "",
    ) -> None:
        """Open the form of a domestic transfer and fill it in."""
        self.go("/payments/new/domestic/")
        self.page.get_by_label("Emri i përfituesit").fill(name)
        self.page.get_by_label("IBAN i përfituesit").fill(iban)
        self.page.get_by_label("Shuma", exact=True).fill(amount)
        self.page.get_by_label("Përshkrimi").fill(description)
        self.page.get_by_label("Dita e kryerjes").fill(execute_on)

    def prepare(self, **typed: str) -> PaymentOrder:
        """Fill in a transfer and go on to its review page."""
        self.fill_transfer(**typed)
        self.press("Vazhdo te kontrolli")
        self.page.wait_for_url("**/review/")
        return PaymentOrder.objects.get(pk=self.page.url.split("/")[-3])

    def submit(self, **typed: str) -> PaymentOrder:
        """Prepare a transfer and send it to its signers."""
        order = self.prepare(**typed)
        self.press("Dërgo për nënshkrim")
        self.page.wait_for_url(f"**/payments/{order.pk}/")
        return order

    def ask_code(self, order: PaymentOrder) -> str:
        """From the review page on to the page of the code; returns the SMS."""
        if not self.page.url.endswith(f"/{order.pk}/review/"):
            self.go(f"/payments/{order.pk}/review/")
        self.press("Dërgo FNP-në dhe vazhdo")
        self.page.wait_for_url("**/sign/")
        return self.next_sms()

    def next_code_for(self, order: PaymentOrder) -> str:
        return code_in(self.ask_code(order))

    def type_signature(self, code: str) -> None:
        self.type_code(code, button=re.compile("^Nënshkruaj"))

    def sign(self, order: PaymentOrder) -> PaymentOrder:
        """Ask for the code, type it, and see the order's page."""
        self.type_signature(self.next_code_for(order))
        self.page.wait_for_url(f"**/payments/{order.pk}/")
        order.refresh_from_db()
        return order

    def see_status(self, order: PaymentOrder, status: str) -> None:
        """Wait until the order stands in the books as asked, then look at its page."""
        until(lambda: PaymentOrder.objects.filter(pk=order.pk, status=status).exists())
        order.refresh_from_db()
        self.go(f"/payments/{order.pk}/")
        expect(self.page.locator(".head .chip")).to_have_text(str(order.get_status_display()))


def code_in(sms: str) -> str:
    """The FNP in the text of an SMS."""
    found = CODE.search(sms)
    assert found is not None, "an SMS of the bank names its code"
    return found.group(1)


def post_by_hand(visitor: Visitor, path: str, **typed: str) -> int:
    """The status that a program gets which has the session and the token of this browser."""
    token = next(cookie.get("value", "") for cookie in visitor.context.cookies() if cookie.get("name") == "csrf")
    answer = visitor.context.request.post(path, form={"csrfmiddlewaretoken": token, **typed}, max_redirects=0)
    return answer.status
