"""The clearing house of the demo. It reads the files in `out` and answers into `in`, as the real one would; never in
production.

It accepts what it gets and settles each file's net at once, but for payments that ask to come back:

- to an account that ends in 0001, 0004 or 0006: no such account, closed, blocked (AC01, AC04, AC06);
- with KTHEJE in the description: refused without a reason (MS03);
- to an account that ends in 0009: accepted, and then given back by the payee (pacs.004, CUST).

Between it and the portal there is nothing but files: what goes wrong here goes wrong with a real one.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.identifiers import make_albanian_iban
from accounts.models import BankAccount
from accounts.refusals import Refusal
from bkt_portal.demo_cast import BUYERS
from payments import clearing_folder
from payments.clearing_folder import IN, OUT
from payments.iso20022 import camt054, pacs002, pacs004, pacs008, xml
from payments.iso20022.camt054 import Movement
from payments.iso20022.pacs002 import Status, StatusReport
from payments.iso20022.pacs004 import PaymentReturns, Return
from payments.iso20022.pacs008 import Bank, CreditTransfers, Party, Transfer

HOUSE: Final = Bank(bic="DEMOALTX")
OTHER_BANK: Final = "212"
TAKEN: Final = "taken"
RETURN_ID_MAX: Final = 35
REASON_OF_ENDING: Final = {"0001": "AC01", "0004": "AC04", "0006": "AC06"}
GIVES_BACK: Final = "0009"
ASKS_BACK: Final = "KTHEJE"
SYSTEMS: Final = {"ALL": "AECH", "EUR": "AIPE"}


class OnlyInTheDemo(Refusal):
    sentence = _("Klerimi i simuluar është vetëm në demonstrim.")


class NoSuchAccount(Refusal):
    sentence = _("Kjo llogari nuk gjendet në demonstrim. Zgjidhni një nga lista.")


def answer_all(*, at: datetime) -> int:
    """Answer every file that lies in `out` and put it among the taken; how many payments were answered."""
    _require_demo()
    return sum(_answer(path, at=at) for path in clearing_folder.waiting(OUT))


def _answer(path: Path, *, at: datetime) -> int:
    content = clearing_folder.content_of(path)
    name, body = xml.read(content)
    answered = 0
    if name == xml.PACS_008:
        message = pacs008.read(body)
        answered = len(message.transfers)
        _report(message, at=at)
    clearing_folder.move(path, TAKEN)
    return answered


def _report(message: CreditTransfers, *, at: datetime) -> None:
    reasons = [_reason(transfer) for transfer in message.transfers]
    report = StatusReport(
        message_id=f"{message.message_id}R",
        made_at=at,
        sender=HOUSE,
        original_message_id=message.message_id,
        group_status="PART" if any(reasons) else pacs002.SETTLED,
        statuses=[
            Status(one.transaction_id, one.end_to_end_id, pacs002.REJECTED if reason else pacs002.SETTLED, reason)
            for one, reason in zip(message.transfers, reasons, strict=True)
        ],
    )
    clearing_folder.place(IN, f"{message.message_id}.pacs.002.xml", pacs002.write(report))
    accepted = [one for one, reason in zip(message.transfers, reasons, strict=True) if not reason]
    if accepted:
        _settle(message.message_id, -sum(one.amount_minor for one in accepted), accepted[0].currency, at=at)
    _give_back(message.message_id, [one for one in accepted if one.creditor.iban.endswith(GIVES_BACK)], at=at)


def _give_back(original: str, transfers: Sequence[Transfer], *, at: datetime) -> None:
    """What was settled a moment ago comes back, and is settled the other way round."""
    if not transfers:
        return
    returns = [
        Return(
            return_id=f"R{one.transaction_id}"[:RETURN_ID_MAX],
            original_message_id=original,
            transaction_id=one.transaction_id,
            end_to_end_id=one.end_to_end_id,
            amount_minor=one.amount_minor,
            currency=one.currency,
            reason="CUST",
            uetr=one.uetr,
        )
        for one in transfers
    ]
    message = PaymentReturns(f"{original}B", at, clock.tirana_day(at), HOUSE, returns)
    clearing_folder.place(IN, f"{original}.pacs.004.xml", pacs004.write(message))
    _settle(f"{original}B", sum(one.amount_minor for one in transfers), transfers[0].currency, at=at)


def _reason(transfer: Transfer) -> str:
    """Why it comes back; empty where it does not."""
    by_account = REASON_OF_ENDING.get(transfer.creditor.iban[-4:], "")
    asks = any(ASKS_BACK in line.upper() for line in transfer.remittance)
    return by_account or ("MS03" if asks else "")


def _settle(reference: str, amount_minor: int, currency: str, *, at: datetime) -> None:
    """The central bank's word on one file's net, as it stands on our settlement account there."""
    movement = Movement(
        account=str(settings.CLEARING_SETTLEMENT_ACCOUNT),
        reference=f"{reference}S",
        amount_minor=amount_minor,
        currency=currency,
        value_on=clock.tirana_day(at),
    )
    content = camt054.write(f"{reference}S", [movement], made_at=at)
    clearing_folder.place(IN, f"{reference}.camt.054.xml", content)


def send_incoming(*, iban: str, amount_minor: int, text: str, at: datetime) -> str:
    """Put a payment from another bank for one of the demo's accounts into `in`, and its settlement; its reference.

    Refuses OnlyInTheDemo and NoSuchAccount. One reference a moment of the bank's clock.
    """
    _require_demo()
    account = BankAccount.objects.filter(iban=iban, kind=BankAccount.Kind.CURRENT).select_related("company").first()
    if account is None or account.company is None:
        raise NoSuchAccount
    reference = f"DEMO{clock.tirana(at):%Y%m%d%H%M%S%f}"
    buyer = BUYERS[at.microsecond % len(BUYERS)]
    transfer = Transfer(
        transaction_id=reference,
        end_to_end_id=f"E{reference[4:]}",
        amount_minor=amount_minor,
        currency=account.currency,
        debtor=Party(buyer, make_albanian_iban(OTHER_BANK, "1100", "9999000000004410"), Bank(code=OTHER_BANK)),
        creditor=Party(account.company.name, iban, Bank(bic=str(settings.BANK["bic"]))),
        remittance=(text,),
    )
    message = CreditTransfers(
        message_id=reference,
        made_at=at,
        settles_on=clock.tirana_day(at),
        system=SYSTEMS.get(account.currency, "AECH"),
        channel="MPNS",
        sender=HOUSE,
        transfers=[transfer],
    )
    clearing_folder.place(IN, f"{reference}.pacs.008.xml", pacs008.write(message))
    _settle(reference, amount_minor, account.currency, at=at)
    return reference


def _require_demo() -> None:
    """The tests may play too."""
    if settings.IN_PRODUCTION:
        raise OnlyInTheDemo
