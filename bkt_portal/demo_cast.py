"""Who plays in the demo bank. Names, phones and companies are invented; IBANs are valid but belong to nobody, since
their account part begins with 9999."""

from dataclasses import dataclass

PASSWORD = "Lumi-Drin-2026"  # noqa: S105  the demo's own, printed when it starts; production holds no demo bank
STAFF_USERNAME = "arta.dega"
# Her colleagues: whoever confirms what she proposes, and who answers the phone. By name, with their role's group.
# What takes two people takes two of a role.
COLLEAGUES = {
    "dritan.dega": "Degë",
    "genta.dega": "Degë",
    "ema.kontakti": "Qendra e kontaktit",
    "iris.kontakti": "Qendra e kontaktit",
    "olta.operacione": "Operacione",
    "besnik.operacione": "Operacione",
    "mira.ankesa": "Ankesa",
    "luan.auditor": "Auditor",
}


@dataclass(frozen=True, slots=True)
class Player:
    """One person; `role` is her name in demo.json. Whoever has not registered has no password yet."""

    role: str
    customer_number: str
    first_name: str
    last_name: str
    phone: str
    prepares: bool = False
    signs: bool = False
    registered: bool = True
    password_age_days: int = 20

    @property
    def card_digits(self) -> str:
        """The last digits of her card, as they are asked at registration."""
        return self.customer_number[-6:]


@dataclass(frozen=True, slots=True)
class Firm:
    """One company: how many others must sign, what its accounts open with (minor units), how large its business is.

    `reserve` goes to a second account in ALL by an order of the company's own; 0 where it has none.
    """

    name: str
    nipt: str
    branch: str
    other_signers: int
    opening: dict[str, int]
    players: tuple[Player, ...]
    scale: int
    reserve: int = 0


VERA = Player("two_companies", "400210558", "Vera", "Doda", "+355672000104", prepares=True, signs=True)
FIRMS = (
    Firm(
        name="ALFA SHPK",
        nipt="L12345678A",
        branch="1162",
        other_signers=0,
        opening={"ALL": 477_000_000, "EUR": 4_100_000},
        players=(Player("sole", "400210015", "Elira", "Hoxha", "+355672000101", prepares=True, signs=True),),
        scale=1,
        reserve=65_000_000,
    ),
    Firm(
        name="DRINI TREG SHPK",
        nipt="K81234567B",
        branch="1344",
        other_signers=1,
        opening={"ALL": 655_000_000, "EUR": 2_650_000},
        players=(
            Player("preparer", "400210226", "Ardit", "Leka", "+355672000102", prepares=True),
            Player("signer", "400210337", "Drini", "Marku", "+355672000103", signs=True),
            VERA,
            Player("viewer", "400210669", "Ana", "Prifti", "+355672000105"),
            Player("blocked", "400210992", "Besnik", "Tafa", "+355672000110", prepares=True),
            Player("expired", "400210448", "Besa", "Kodra", "+355672000108", signs=True, password_age_days=100),
            Player("unregistered", "400210114", "Landi", "Basha", "+355672000109", prepares=True, registered=False),
        ),
        scale=2,
    ),
    Firm(
        name="SIGMA NDËRTIM SHPK",
        nipt="M11122333C",
        branch="1162",
        other_signers=2,
        opening={"ALL": 890_000_000},
        players=(
            Player("preparer", "400210881", "Mira", "Shehu", "+355672000107", prepares=True),
            Player("signer", "400210770", "Genti", "Kola", "+355672000106", signs=True),
            VERA,
        ),
        scale=3,
    ),
)


@dataclass(frozen=True, slots=True)
class Supplier:
    """Whom the companies pay at other banks; `text` takes a number {n} or a month {m}."""

    name: str
    bank_code: str
    branch: str
    account_part: str
    text: str


BUYERS = ("OMEGA SHPK", "TREGU I RI SHPK", "HOTEL BREGU SHA", "KANTINA E KODRËS SHPK", "FARMACIA DIELLI")
SUPPLIERS = (
    Supplier("BETA NDËRTIM SHPK", "212", "1100", "9999000000001147", "Fatura {n}"),
    Supplier("DELTA PËRPUNIM SHA", "203", "1100", "9999000000000551", "Fatura {n}"),
    Supplier("ENERGJIA E VENDIT SHA", "212", "1100", "9999000030081442", "Kontrata 30081442, muaji {m}"),
    Supplier("UJI I QYTETIT SHA", "203", "1102", "9999000000318420", "Uji i muajit {m}"),
    Supplier("TRANSPORT MALI SHPK", "212", "1100", "9999000000007730", "Transport, fatura {n}"),
)
