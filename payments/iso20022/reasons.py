"""Why another bank did not take a payment: ISO 20022's external codes, as sentences for who paid.

Stored as they are, put in the reader's language where they are shown. A code that is not here gets UNTOLD.
"""

from typing import Final

from django.utils.translation import gettext_noop

UNTOLD: Final = gettext_noop("Banka e përfituesit nuk e pranoi pagesën dhe nuk tregoi pse. Pyesni përfituesin.")
WRONG_ACCOUNT: Final = "AC01"
CLOSED_ACCOUNT: Final = "AC04"
WRONG_CURRENCY: Final = "AM03"
WRONG_DAY: Final = "DT01"

SENTENCES: Final = {
    "AC01": gettext_noop("Llogaria e përfituesit nuk gjendet në bankën e tij. Kontrolloni IBAN-in me përfituesin."),
    "AC03": gettext_noop("Llogaria e përfituesit nuk është e vlefshme. Kontrolloni IBAN-in me përfituesin."),
    "AC04": gettext_noop("Llogaria e përfituesit është e mbyllur. Kërkojini përfituesit një llogari tjetër."),
    "AC06": gettext_noop("Llogaria e përfituesit është e bllokuar. Flisni me përfituesin."),
    "AC07": gettext_noop("Llogaria e përfituesit është e mbyllur. Kërkojini përfituesit një llogari tjetër."),
    "AG01": gettext_noop("Llogaria e përfituesit nuk pranon pagesa të këtij lloji. Kërkojini një llogari tjetër."),
    "AG02": gettext_noop("Banka e përfituesit nuk e njeh këtë lloj pagese. Telefononi bankën tonë."),
    "AM02": gettext_noop("Shuma kalon kufirin që pranon banka e përfituesit. Pyesni përfituesin si ta paguani."),
    "AM03": gettext_noop("Llogaria e përfituesit nuk mban këtë monedhë. Kërkojini një llogari tjetër."),
    "AM04": gettext_noop("Pagesa nuk u shlye në klerim. Telefononi bankën tonë para se ta përsërisni."),
    "AM05": gettext_noop("Banka e përfituesit e mori si pagesë të përsëritur. Kontrolloni nëse e keni paguar më parë."),
    "AM09": gettext_noop("Shuma nuk përputhet me atë që pret përfituesi. Pyesni përfituesin."),
    "BE01": gettext_noop("Emri i përfituesit nuk përputhet me llogarinë. Kontrollojeni emrin me përfituesin."),
    "BE04": gettext_noop("Mungon adresa e përfituesit. Pyesni përfituesin dhe shkruajeni te përshkrimi."),
    "BE05": gettext_noop("Përfituesi nuk e njeh këtë pagesë. Flisni me përfituesin."),
    "CNOR": gettext_noop(
        "Banka e përfituesit nuk merr pjesë në këtë sistem pagesash. Kërkojini një llogari në një bankë tjetër."
    ),
    "CUST": gettext_noop("Përfituesi e ktheu vetë pagesën. Flisni me përfituesin."),
    "DNOR": gettext_noop("Banka jonë nuk u pranua në këtë sistem pagesash. Telefononi bankën tonë."),
    "DT01": gettext_noop("Dita e pagesës nuk u pranua në klerim. Përsëriteni pagesën."),
    "DUPL": gettext_noop("Banka e përfituesit e mori si pagesë të përsëritur. Kontrolloni nëse e keni paguar më parë."),
    "ED05": gettext_noop("Shlyerja e pagesës dështoi në klerim. Përsëriteni pagesën."),
    "FF01": gettext_noop("Pagesa nuk u lexua në klerim. Telefononi bankën tonë."),
    "FOCR": gettext_noop("Banka e përfituesit e ktheu pagesën me kërkesën tonë."),
    "LEGL": gettext_noop("Banka e përfituesit e ktheu pagesën për arsye ligjore. Telefononi bankën tonë."),
    "MD06": gettext_noop("Përfituesi e ktheu vetë pagesën. Flisni me përfituesin."),
    "MD07": gettext_noop(
        "Përfituesi ka ndërruar jetë, prandaj banka e tij nuk e pranoi pagesën. Merruni vesh me trashëgimtarët e tij."
    ),
    "MS02": gettext_noop("Përfituesi nuk e pranoi pagesën. Flisni me përfituesin."),
    "MS03": gettext_noop("Banka e përfituesit nuk e pranoi pagesën dhe nuk tregoi pse. Pyesni përfituesin."),
    "RC01": gettext_noop("Kodi i bankës së përfituesit nuk është i saktë. Kontrolloni IBAN-in me përfituesin."),
    "RR01": gettext_noop("Mungojnë të dhëna të paguesit që kërkon ligji. Telefononi bankën tonë."),
    "RR02": gettext_noop("Mungon emri ose adresa e paguesit që kërkon ligji. Telefononi bankën tonë."),
    "RR03": gettext_noop("Mungon emri ose adresa e përfituesit që kërkon ligji. Pyesni përfituesin."),
    "RR04": gettext_noop("Pagesa nuk u pranua për arsye ligjore. Telefononi bankën tonë."),
    "TM01": gettext_noop("Pagesa arriti në klerim pas afatit. Përsëriteni pagesën."),
    "UPAY": gettext_noop("Përfituesi thotë se kjo pagesë nuk i takon. Flisni me përfituesin."),
}


def sentence(code: str) -> str:
    """The stored form (an Albanian msgid) of a code."""
    return SENTENCES.get(code, UNTOLD)
