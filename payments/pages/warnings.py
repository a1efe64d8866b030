"""Warnings as they are read: before they are answered, by the preparer; afterwards, by whoever signs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _, ngettext

from accounts.days import on_day
from accounts.identifiers import group_iban
from accounts.models import Mandate
from payments import cool_off, dealings, order_warnings, prefill
from payments.dealings import Dealings
from payments.models import OrderWarning, PaymentOrder
from payments.models.orders import OrderKind, OrderStatus
from payments.payee_names import Likeness

Kind = OrderWarning.Kind


@dataclass(frozen=True, slots=True)
class WarningCard:
    """One warning. `ibans` are the known and the new one in groups of four, each with whether it is the same in both;
    `answered` says who answered for it, empty until then."""

    key: str
    title: str
    text: str
    tick: str
    order_id: UUID | None
    standing_id: UUID | None
    ibans: list[tuple[str, list[tuple[str, bool]]]]
    answered_by: str
    answered_at: datetime | None


def review_warnings(order: PaymentOrder, mandate: Mandate, *, at: datetime) -> dict[str, Any]:
    """For the review: what must be answered for before it goes on, or was; and what is only worth knowing."""
    is_draft, is_payee = order.status == OrderStatus.DRAFT, order.kind not in cool_off.EXEMPT
    asked = is_draft and order.kind != OrderKind.OWN and order.prepared_by_id == mandate.user_id
    known = dealings.of(order, at=at) if asked else None
    may_keep = known and is_payee and mandate.may_prepare and known.since(order.beneficiary_iban) is None
    return {
        "warnings": finding_cards(order_warnings.findings(order, at=at, known=known))
        if asked
        else answered_cards(order),
        "are_warnings_asked": is_draft,
        "notes": notes(order, at=at, known=known) if asked or _is_large(order) else [],
        "keep_payee_url": prefill.keep_url(order) if may_keep else "",
    }


def answered_cards(order: PaymentOrder) -> list[WarningCard]:
    """What the preparer of an order that went on has answered for; of an order as `selectors.order_of` brings it."""
    return [
        _card(kind, key, facts, by=f"{first_name} {last_name}", at=datetime.fromisoformat(answered_at))
        for kind, key, facts, first_name, last_name, answered_at in order.answered  # type: ignore[attr-defined]  # annotated
    ]


def notes(order: PaymentOrder, *, at: datetime, known: Dealings | None = None) -> list[str]:
    """What is worth knowing before signing and asks for no answer: how the name fits, and how much may go at first."""
    known = known or dealings.of(order, at=at)
    return [*_name_notes(order, known), *_cool_off_notes(order, known, at)]


def finding_cards(found: Iterable[order_warnings.Finding]) -> list[WarningCard]:
    """What must be answered for before something goes on that is no order yet."""
    return [_card(one.kind, one.key, one.facts) for one in found]


def _is_large(order: PaymentOrder) -> bool:
    """Whether it waits for a signature that a new payee's limit alone could refuse."""
    most = settings.NEW_PAYEE_LIMIT_MINOR.get(order.currency, 0)
    return order.status == OrderStatus.AWAITING and order.kind not in cool_off.EXEMPT and order.amount_minor > most


def _name_notes(order: PaymentOrder, known: Dealings) -> Iterator[str]:
    if order.kind != OrderKind.INTERNAL:
        return
    match known.likeness:
        case Likeness.CLOSE:
            yield _("Emri i përfituesit përputhet pothuajse me atë të llogarisë. Kontrollojeni shkrimin e tij.")
        case Likeness.SAME:
            yield _("Emri i përfituesit përputhet me atë të llogarisë.")
        case None:
            yield _("Emri i përfituesit nuk u krahasua me atë të llogarisë. Kontrollojeni vetë IBAN-in.")


def _cool_off_notes(order: PaymentOrder, known: Dealings, at: datetime) -> Iterator[str]:
    allowance = cool_off.allowed(order, at=at, known=known)
    if allowance and order.amount_minor > allowance.left_minor:
        yield str(cool_off.refusal(order, allowance).sentence)


def _card(kind: str, key: str, facts: dict[str, Any], *, by: str = "", at: datetime | None = None) -> WarningCard:
    title, text, tick = _words(kind, facts)
    return WarningCard(
        key=key,
        title=title,
        text=text,
        tick=tick,
        order_id=UUID(facts["order"]) if "order" in facts else None,
        standing_id=UUID(facts["standing"]) if "standing" in facts else None,
        ibans=_side_by_side(facts["known_iban"], facts["iban"]) if kind == Kind.CHANGED_IBAN else [],
        answered_by=by,
        answered_at=at,
    )


def _words(kind: str, facts: dict[str, Any]) -> tuple[str, str, str]:
    """Title, text and what is ticked."""
    match Kind(kind):
        case Kind.CHANGED_IBAN:
            paid_on = facts["paid_on"]
            known = (
                _("%(name)s e keni paguar %(on_day)s në një IBAN tjetër.")
                % {"name": facts["name"], "on_day": on_day(date.fromisoformat(paid_on))}
                if paid_on
                else _("%(name)s është, ose ka qenë, te përfituesit me një IBAN tjetër.") % {"name": facts["name"]}
            )
            fraud = _(
                "Kështu mashtrohet shpesh: dikush ju shkruan në emër të furnitorit se “llogaria ka ndryshuar”. Mos "
                "iu përgjigjni atij mesazhi dhe mos telefononi numrin që është në të. Telefononi furnitorin në "
                "numrin që dinit më parë dhe pyesni për IBAN-in."
            )
            return _("IBAN-i i këtij përfituesi është i ri"), f"{known} {fraud}", _("E verifikova me përfituesin")
        case Kind.DUPLICATE if "standing" in facts:
            text = _("Urdhri i përhershëm %(number)s paguan të njëjtën shumë te i njëjti përfitues. Krahasojini të dy.")
            tick = _("I krahasova: duhen të dy")
            return _("Mund ta keni bërë tashmë"), text % {"number": facts["number"]}, tick
        case Kind.DUPLICATE:
            text = ngettext(
                "Urdhri %(number)s, dërguar %(on_day)s, ka të njëjtin përfitues, shumë dhe përshkrim.",
                "Urdhri %(number)s, dërguar %(on_day)s, dhe të tjerë këto ditë (gjithsej %(count)s) kanë të njëjtin "
                "përfitues, shumë dhe përshkrim.",
                facts["count"],
            )
            sent_on = date.fromisoformat(facts["submitted_on"])
            filled = text % {"number": facts["number"], "on_day": on_day(sent_on), "count": facts["count"]}
            return _("Mund ta keni paguar tashmë"), filled, _("E kontrollova: është një pagesë tjetër")
        case Kind.NAME_DIFFERS:
            text = _(
                "Llogaria me këtë IBAN në bankën tonë ka një emër tjetër nga ai që shkruat. Kontrolloni emrin dhe "
                "IBAN-in në faturë, ose telefononi përfituesin."
            )
            return _("Emri nuk përputhet"), text, _("E verifikova me përfituesin")


def _side_by_side(known: str, new: str) -> list[tuple[str, list[tuple[str, bool]]]]:
    first, second = group_iban(known).split(), group_iban(new).split()

    def marked(mine: list[str], other: list[str]) -> list[tuple[str, bool]]:
        return [(group, place < len(other) and group == other[place]) for place, group in enumerate(mine)]

    return [(_("I njohur"), marked(first, second)), (_("I ri"), marked(second, first))]
