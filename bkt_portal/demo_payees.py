"""The payee books of the demo's companies, as people would have filled them in, and a first template."""

from datetime import datetime

from accounts.identifiers import make_albanian_iban
from accounts.models import Mandate
from bkt_portal.demo_cast import SUPPLIERS
from payments import beneficiaries, order_templates
from payments.models import PaymentOrder

NICKNAMES = {"ENERGJIA E VENDIT SHA": "Energjia", "UJI I QYTETIT SHA": "Uji"}


def know(preparer: Mandate, *, at: datetime) -> None:
    """Put the suppliers into a company's book; a day later they are new no more."""
    for supplier in SUPPLIERS:
        beneficiaries.add(
            mandate=preparer,
            name=supplier.name,
            iban=make_albanian_iban(supplier.bank_code, supplier.branch, supplier.account_part),
            nickname=NICKNAMES.get(supplier.name, ""),
            at=at,
        )


def leave_template(order: PaymentOrder, preparer: Mandate, *, at: datetime) -> None:
    """The bill that comes every month."""
    order_templates.keep(order_id=order.pk, mandate=preparer, name="Energjia e muajit", with_amount=False, at=at)
