"""Whether the bank made a paper, asked by whoever holds it: she says what stands on it, and the bank says yes or no.

Nothing is said beyond what she already holds. To a stranger a number that was never given, a wrong amount and another
account's IBAN are one answer; only whoever has the paper's code, which stands on the paper alone, is told more.
"""

from dataclasses import dataclass
from enum import Enum

from django.utils.crypto import constant_time_compare

from accounts.models import Paper


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said of a paper; empty what is not. `amount_minor` without its sign, `sha256` that of a whole file."""

    number: str = ""
    code: str = ""
    iban_last4: str = ""
    amount_minor: int | None = None
    sha256: str = ""


class Outcome(Enum):
    GENUINE = "genuine"
    UNKNOWN = "unknown"
    # Said to her alone who has the code.
    CHANGED = "changed"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`paper` stands in a genuine one alone, without its content."""

    outcome: Outcome
    paper: Paper | None = None


def judge(claim: Claim) -> Verdict:
    """Genuine is a paper of which every word of the claim is true, where the claim says enough to be of it.

    Enough is the file itself; or the number with account and amount; or, for a paper that has neither of them, the
    number with its code.
    """
    papers = Paper.objects.defer("content", "facts")
    whole = papers.filter(sha256=claim.sha256).first() if claim.sha256 else None
    paper = whole or papers.filter(number=claim.number).first()
    if paper is None:
        return Verdict(Outcome.UNKNOWN)
    is_hers = _has_code(claim, paper)
    is_true = _is_true(claim, paper)
    if is_true and (whole or _says_enough(claim, paper)):
        return Verdict(Outcome.GENUINE, paper)
    if is_hers:
        return Verdict(Outcome.INCOMPLETE if is_true else Outcome.CHANGED)
    return Verdict(Outcome.UNKNOWN)


def has_code(claim: Claim) -> bool:
    """Whether the claim comes with the code of the paper that it names."""
    paper = Paper.objects.only("code").filter(number=claim.number).first() if claim.code else None
    return paper is not None and _has_code(claim, paper)


def _has_code(claim: Claim, paper: Paper) -> bool:
    return bool(claim.code and paper.code) and constant_time_compare(claim.code, paper.code)


def _is_true(claim: Claim, paper: Paper) -> bool:
    said = (
        (claim.number, paper.number),
        (claim.code, paper.code),
        (claim.iban_last4, paper.iban_last4),
        (claim.amount_minor, None if paper.amount_minor is None else abs(paper.amount_minor)),
        (claim.sha256, paper.sha256),
    )
    return all(constant_time_compare(str(claimed), str(held)) for claimed, held in said if claimed not in {"", None})


def _says_enough(claim: Claim, paper: Paper) -> bool:
    if paper.amount_minor is None:
        return bool(claim.code)
    return bool(claim.iban_last4) and claim.amount_minor is not None
