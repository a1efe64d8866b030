"""Papers for customers: numbered, set by typst from data alone, kept byte for byte.

What goes onto a paper goes in as JSON and is set as text, so that nobody's name can be markup; nothing is fetched, the
fonts lie beside the template. The file is PDF/A-2a and PDF/UA-1: it can be read aloud and is readable in thirty years.
The same facts give the same file; the bank's signature adds its moment, so what was kept is the truth.
"""

import hashlib
import json
import logging
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _, gettext_lazy

from accounts import audit, clock, paper_marks
from accounts.models import Company, Paper
from accounts.paper_press import press
from accounts.refusals import Refusal
from accounts.verbs import verb

log = logging.getLogger(__name__)
ROOT: Final = Path(settings.BASE_DIR) / "templates" / "papers"
# Loaded for those alone who sign: it takes half a second and 50 MB.
SEAL: Final = "accounts.paper_seal"
# What the fonts beside the template show; an archive file must not hold a sign that its fonts have not.
SHOWN: Final = re.compile(r"[\n -~\u00a0-\u00ac\u00ae-\u0131\u0134-\u0148\u014a-\u017e–—‘’‚“”„†‡•…‰‹›€−]+")


class NotSignedNow(Refusal):
    sentence = gettext_lazy(
        "Dokumenti nuk u bë: banka nuk mund ta nënshkruajë tani, dhe të panënshkruar nuk e jep. Provoni përsëri më "
        "vonë ose telefononi %(phone)s."
    )


@dataclass(frozen=True, slots=True)
class Section:
    """Labelled lines under a heading; a value may have several lines."""

    title: str
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Said:
    """What any paper says, in the language that it is made in: texts and sequences of them, nothing else."""

    template: ClassVar[str]

    title: str


@dataclass(frozen=True, slots=True)
class Content(Said):
    """A paper of labelled lines. `mark` is what nobody may overlook."""

    template: ClassVar[str] = "paper"

    headline: str
    in_words: str
    sections: Sequence[Section]
    mark: str = ""
    notes: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Compared:
    """What the public page compares with what somebody reads on her paper: whose account, how much."""

    iban: str
    amount_minor: int


def find(*, kind: str, subject: str, language: str) -> Paper | None:
    """The paper that was made of this before."""
    return Paper.objects.filter(kind=kind, subject=subject, language=language).first()


def make(
    *,
    kind: str,
    subject: str,
    company: Company | None,
    language: str,
    content: Said,
    actor: audit.Actor,
    at: datetime,
    compared: Compared | None = None,
) -> Paper:
    """Number, set, sign and keep a paper; the one that is there already where somebody was quicker.

    The file is set before the transaction: some milliseconds, and a number is lost where two ask at once. Refuses while
    the certificate that is configured cannot sign.
    """
    code = paper_marks.new_code()
    with translation.override(language):
        facts = _facts(_next_number(at), code, content, language, at)
    return _keep(
        kind=kind,
        subject=subject,
        company=company,
        language=language,
        facts=facts,
        code=code,
        compared=compared,
        file=_sealed(render(facts)),
        actor=actor,
        at=at,
    )


def render(facts: Mapping[str, Any]) -> bytes:
    """The file, not yet signed; the same facts give the same bytes."""
    return press(ROOT / f"{facts['template']}.typ", json.dumps(facts, ensure_ascii=False))


def _sealed(file: bytes) -> bytes:
    if not settings.PAPERS_CERTIFICATE:
        return file
    try:
        signed: bytes = import_string(f"{SEAL}.seal")(file)
    except ImproperlyConfigured as problem:
        log.error("a paper was not signed: %s", problem, extra={"event": "papers.not_signed"})
        raise NotSignedNow(phone=settings.BANK["phone_display"]) from problem
    return signed


def signed_until() -> datetime | None:
    """The last moment at which the certificate holds, None without one. Raises ImproperlyConfigured for a bad one."""
    if not settings.PAPERS_CERTIFICATE:
        return None
    until: datetime = import_string(f"{SEAL}.valid_until")()
    return until


def fingerprint(facts: Mapping[str, Any]) -> str:
    """The SHA-256 of what stands on a paper, but for itself."""
    said = {name: value for name, value in facts.items() if name != "fingerprint"}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@verb("bank.paper.made")
def _keep(
    *,
    kind: str,
    subject: str,
    company: Company | None,
    language: str,
    facts: dict[str, Any],
    code: str,
    compared: Compared | None,
    file: bytes,
    actor: audit.Actor,
    at: datetime,
) -> Paper:
    paper, is_new = Paper.objects.get_or_create(
        kind=kind,
        subject=subject,
        language=language,
        defaults={
            "number": facts["number"],
            "company": company,
            "facts": facts,
            "code": code,
            "iban_last4": compared.iban[-4:] if compared else "",
            "amount_minor": compared.amount_minor if compared else None,
            "fingerprint": facts["fingerprint"]["value"],
            "sha256": hashlib.sha256(file).hexdigest(),
            "content": file,
            "made_at": at,
        },
    )
    if is_new:
        details = {"number": paper.number, "kind": kind, "about": subject, "sha256": paper.sha256}
        audit.record("bank.paper.made", actor=actor, at=at, subject=f"paper:{paper.pk}", details=details)
    return paper


@verb("bank.paper.taken")
def take(*, paper: Paper, actor: audit.Actor, at: datetime) -> bytes:
    """The bytes for somebody who takes them along, and the trace of her."""
    details = {"number": paper.number, "about": paper.subject, "sha256": paper.sha256}
    audit.record("bank.paper.taken", actor=actor, at=at, subject=f"paper:{paper.pk}", details=details)
    return bytes(paper.content)


def _facts(number: str, code: str, content: Said, language: str, at: datetime) -> dict[str, Any]:
    utc, local = at.astimezone(UTC), clock.tirana(at)
    facts: dict[str, Any] = _showable(asdict(content)) | {
        "template": content.template,
        "check": paper_marks.check_of(number, code),
        "number": number,
        "number_label": _("Numri"),
        "language": language,
        "made": [utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second],
        "made_label": f"{local:%d.%m.%Y %H:%M}",
        "bank": {
            "name": settings.BANK["name"],
            "bic": settings.BANK["bic"],
            "phone": settings.BANK["phone_display"],
        },
    }
    return facts | {"fingerprint": {"label": _("Gjurma digjitale (SHA-256)"), "value": fingerprint(facts)}}


def _showable(value: Any) -> Any:
    """Texts as they can be set: what the fonts have not becomes its plain letters, or a question mark."""
    if isinstance(value, str):
        if SHOWN.fullmatch(value):
            return value
        return "".join(_sign(sign) for sign in unicodedata.normalize("NFC", value))
    if isinstance(value, dict):
        return {name: _showable(one) for name, one in value.items()}
    return [_showable(one) for one in value]


def _sign(sign: str) -> str:
    if SHOWN.match(sign):
        return sign
    return "".join(part for part in unicodedata.normalize("NFKD", sign) if SHOWN.match(part)) or "?"


def _next_number(at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('accounts_paper_number')")
        (number,) = cursor.fetchone()
    return f"D-{clock.tirana(at):%Y}-{number:06d}"
