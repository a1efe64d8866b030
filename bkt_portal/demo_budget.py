"""What the demo's companies pay to the state: schemes that two of staff put in use, one of each group.

The fields are shaped as the institutions publish theirs; payees and accounts are invented, as all IBANs of the demo.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from accounts import audit, four_eyes
from accounts.identifiers import make_albanian_iban
from accounts.models import Proposal
from payments import scheme_changes
from payments.models import BudgetScheme
from payments.scheme_changes import FieldFacts, SchemeFacts

SOURCE = "Demo"
TREASURY_BANK, TREASURY_BRANCH = "101", "1000"


@dataclass(frozen=True, slots=True)
class Scheme:
    """One scheme under its code; `account_part` is the treasury's account that it pays into."""

    code: str
    group: BudgetScheme.Group
    name: str
    payee: str
    account_part: str
    fields: dict[str, FieldFacts]

    @property
    def facts(self) -> SchemeFacts:
        iban = make_albanian_iban(TREASURY_BANK, TREASURY_BRANCH, self.account_part)
        return SchemeFacts(self.group, self.name, self.payee, iban, fields=self.fields)


NIPT = FieldFacts("NIPT-i", "@########@", "L12345678A", "I kompanisë që paguan.", position=0)
SCHEMES = (
    Scheme(
        "tatime",
        BudgetScheme.Group.TAX,
        "Tatime dhe kontribute",
        "Drejtoria e Tatimeve (demo)",
        "9999000000201101",
        {
            "nipt": NIPT,
            "tax": FieldFacts("Kodi i tatimit", "####", "1101", "Siç është në urdhërpagesë.", position=1),
            "period": FieldFacts("Periudha", "##-####", "10-2026", "Muaji dhe viti.", position=2),
            "slip": FieldFacts("Numri i urdhërpagesës", "", "UP-26-118204", "Nga e-Filing.", False, 3),
        },
    ),
    Scheme(
        "dogana",
        BudgetScheme.Group.CUSTOMS,
        "Detyrime doganore",
        "Drejtoria e Doganave (demo)",
        "9999000000202202",
        {
            "nipt": NIPT,
            "office": FieldFacts("Zyra doganore", "@@######", "AL201000", position=1),
            "declaration": FieldFacts("Numri i deklaratës", "@#####", "R10482", position=2),
        },
    ),
    Scheme(
        "bashkia",
        BudgetScheme.Group.MUNICIPALITY,
        "Taksa dhe tarifa vendore",
        "Bashkia (demo)",
        "9999000000203303",
        {
            "institution": FieldFacts("Kodi i institucionit", "#######", "2109001", position=0),
            "treasury": FieldFacts("Dega e thesarit", "####", "0808", position=1),
            "nipt": replace(NIPT, position=2),
        },
    ),
)


def keep(*, actor: audit.Actor, colleague: audit.Actor, at: datetime) -> None:
    """Write the schemes down and put them in use, each by a proposal that the colleague approves."""
    for one in SCHEMES:
        scheme = scheme_changes.add(code=one.code, facts=one.facts, source=SOURCE, actor=actor, at=at)
        _change(scheme, one.facts, actor=actor, at=at)
        proposal = _change(scheme, replace(one.facts, is_active=True), actor=actor, at=at)
        assert isinstance(proposal, Proposal), "what comes in use is proposed"
        four_eyes.approve(proposal_id=proposal.pk, actor=colleague, at=at)


def _change(scheme: BudgetScheme, facts: SchemeFacts, *, actor: audit.Actor, at: datetime) -> BudgetScheme | Proposal:
    scheme.refresh_from_db()
    return scheme_changes.change(scheme=scheme, facts=facts, reason=SOURCE, actor=actor, at=at)
