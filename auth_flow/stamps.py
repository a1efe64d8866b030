"""The digital stamp: a picture and a word that a customer chose herself, shown to her only after the password.

A page that imitates the bank's cannot know them. The pictures are ours: templates/icons/stamps/<picture>.svg.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from auth_flow.models import Preferences

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PICTURES: "dict[str, StrOrPromise]" = {
    "mountain": _("Mali"),
    "sun": _("Dielli"),
    "moon": _("Hëna"),
    "tree": _("Pema"),
    "flower": _("Lulja"),
    "bird": _("Zogu"),
    "fish": _("Peshku"),
    "boat": _("Varka"),
    "house": _("Shtëpia"),
    "bridge": _("Ura"),
    "key": _("Çelësi"),
    "cup": _("Filxhani"),
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """For a page: the picture's template, its name and the word."""

    template: str
    name: "StrOrPromise"
    word: str


def of(preferences: Preferences) -> Stamp | None:
    """The stamp that was chosen; None while there is none."""
    picture = preferences.stamp_picture
    return Stamp(template_of(picture), PICTURES[picture], preferences.stamp_word) if picture in PICTURES else None


def template_of(picture: str) -> str:
    """The template of one of the pictures; of no other file."""
    assert picture in PICTURES, "a stamp is one of the pictures"
    return f"icons/stamps/{picture}.svg"
