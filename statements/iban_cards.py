"""What a company gives to whoever shall pay it: its account as text, and as a picture that a telephone reads. Pure."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.identifiers import group_iban
from accounts.models import BankAccount, Company
from auth_flow import qr

EPC_NAME_MAX_LENGTH = 70


@dataclass(frozen=True, slots=True)
class IbanCard:
    """Holder and account, as the books know them: a nickname is nobody else's."""

    holder: str
    iban: str
    currency: str
    bic: str
    bank: str

    @property
    def text(self) -> str:
        """To be sent: a line each, the words in the language of the screen."""
        facts = {
            _("Mbajtësi"): self.holder,
            "IBAN": group_iban(self.iban),
            "BIC": self.bic,
            _("Banka"): self.bank,
            _("Monedha"): self.currency,
        }
        return "\n".join(f"{name}: {fact}" for name, fact in facts.items())

    @property
    def code_text(self) -> str:
        """What the picture says: in euro a SEPA credit transfer without amount (EPC069-12, version 002, UTF-8), which
        banking applications fill in by themselves; else holder, IBAN and BIC, a line each."""
        if self.currency != "EUR":
            return f"{self.holder}\n{self.iban}\n{self.bic}"
        return "\n".join(["BCD", "002", "1", "SCT", self.bic, self.holder[:EPC_NAME_MAX_LENGTH], self.iban])

    @property
    def picture(self) -> qr.Picture:
        return _picture(self.code_text)


def iban_card(account: BankAccount, company: Company) -> IbanCard:
    """The card of a customer's account, which has an IBAN."""
    assert account.iban, f"account {account.pk} has no IBAN"
    bank = settings.BANK
    return IbanCard(company.name, account.iban, account.currency, str(bank["bic"]), str(bank["name"]))


@lru_cache(maxsize=1024)
def _picture(text: str) -> qr.Picture:
    """A picture takes longer to draw than the rest of its page, and an account's never changes."""
    return qr.picture_of(text)
