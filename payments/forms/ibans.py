"""The IBAN of a payee, and what a mistyped one is told."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, ngettext

from accounts.fields import IbanField
from accounts.identifiers import group_iban
from payments.iban_doctor import Diagnosis, diagnose


class PayeeIbanField(IbanField):
    """An Albanian IBAN; of a mistyped one the doctor says where to look, and asks about two signs that changed places.

    It never corrects by itself.
    """

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            if error.code in {"required", "abroad"}:
                raise
            told = doctors_words(diagnose(str(value)))
            raise ValidationError(" ".join([*error.messages, *told]), code=error.code) from error


def doctors_words(diagnosis: Diagnosis | None) -> list[str]:
    """Where to look, then the question whether this was meant."""
    if diagnosis is None:
        return []
    count = abs(diagnosis.missing)
    facts = {"position": diagnosis.position, "sign": diagnosis.sign, "count": count}
    words = []
    match diagnosis.code:
        case "sign":
            words.append(_("Shikoni shenjën %(position)s: “%(sign)s”.") % facts)
        case "digit_wanted":
            words.append(
                _("Shenja %(position)s është “%(sign)s”, por deri te shenja 12 shkruhen vetëm shifra.") % facts
            )
        case "length" if diagnosis.missing > 0:
            words.append(ngettext("Mungon %(count)s shenjë.", "Mungojnë %(count)s shenja.", count) % facts)
        case "length":
            more = ngettext("Ka %(count)s shenjë më shumë.", "Ka %(count)s shenja më shumë.", count)
            words.append(more % facts)
    if diagnosis.candidate:
        question = _("Mos janë ndërruar dy shenja: %(iban)s? Shkruajeni ashtu vetëm nëse ashtu është në faturë.")
        words.append(question % {"iban": group_iban(diagnosis.candidate)})
    elif diagnosis.place == "bank":
        words.append(_("Gabimi duket te banka dhe dega, shenjat 5–12."))
    elif diagnosis.place == "account":
        words.append(_("Banka dhe dega përputhen: shikoni dy shifrat pas AL dhe llogarinë, shenjat 13–28."))
    return words
