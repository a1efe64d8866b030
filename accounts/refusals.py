"""Refusal: the polite no of a verb, with a code for the machine and a sentence for the person."""

import re
from typing import TYPE_CHECKING, ClassVar

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Refusal(Exception):  # noqa: N818  a no is not an error
    """What may not be. A verb defines its own: the class name becomes the code, the sentence says what to do next.

        class OverTheLimit(Refusal):
            sentence = _("Shuma kalon kufirin tuaj prej %(limit)s. Ulni shumën.")

        raise OverTheLimit(limit="500.000,00 ALL")

    Facts are plain JSON values, written as people read them. The sentence stays lazy: it is put in the language of
    whoever reads it.
    """

    code: ClassVar[str] = "refusal"
    sentence: "StrOrPromise" = _("Ky veprim nuk u krye. Provoni përsëri ose telefononi bankën.")

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__).lower()

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts
        if facts:
            self.sentence = _filled(type(self).sentence, facts)

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


def _fill(sentence: "StrOrPromise", facts: dict[str, object]) -> str:
    return str(sentence % facts)  # an ngettext_lazy chooses its form by the facts


_filled = lazy(_fill, str)
