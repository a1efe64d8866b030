"""Customers and accounts as CSV: known by their keys, changed where the core says otherwise, never deleted."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from accounts import proofs
from accounts.core_feed import files
from accounts.core_feed.records import Report
from accounts.identifiers import make_albanian_iban
from accounts.models import (
    Agreement,
    AuditEvent,
    BankAccount,
    Card,
    Company,
    CoreFile,
    Mandate,
    Notice,
    Person,
    RefusedRecord,
    User,
)
from accounts.models.core import Reason
from tests import builders
from tests.core_messages import written

pytestmark = pytest.mark.django_db

AT = builders.AT
IBAN = make_albanian_iban("205", "1162", "99990000CORE0ALL")
CARD_NUMBER = "4111111111111111"

COMPANIES = "nipt;name;status"
PEOPLE = "customer_number;first_name;last_name;phone;email"
ACCOUNTS = "iban;nipt;currency;name;overdraft;status"
CARDS = "customer_number;nipt;last_digits;expires;status"
AGREEMENTS = "nipt;version;signed_on;branch;signatory;valid_until"
MANDATES = "customer_number;nipt;may_prepare;may_sign;valid_until"


def brought(folder: Path, *lines: str) -> Report:
    return files.import_file(written(folder, "\n".join(lines), "feed.csv"), at=AT)


@pytest.fixture
def company() -> Company:
    return builders.company("ALFA SHPK")


@pytest.fixture
def person(company: Company) -> Person:
    user = builders.user(company, signs=True)
    assert user.person is not None, "a customer has a person"
    return user.person


# --- Companies and people --------------------------------------------------------------------------------------------


def test_a_company_is_known_by_its_nipt(tmp_path: Path) -> None:
    assert brought(tmp_path, COMPANIES, "al k 82345678 z;ALFA SHPK;").counts == {"added": 1}
    assert brought(tmp_path, COMPANIES, "K82345678Z;ALFA SHPK;active").counts == {"unchanged": 1}
    assert brought(tmp_path, COMPANIES, "K82345678Z;ALFA TREG SHPK;closed").counts == {"changed": 1}

    company = Company.objects.get(nipt="K82345678Z")
    assert (company.name, company.status) == ("ALFA TREG SHPK", "closed")


def test_a_change_leaves_before_and_after_masked(tmp_path: Path, company: Company) -> None:
    brought(tmp_path, COMPANIES, f"{company.nipt};BETA GRUP SHPK;closed")

    event = AuditEvent.objects.get(event="core.record.changed")
    record = bytes(event.record).decode()
    assert (event.actor, event.actor_role, event.subject) == ("core feed", "system", f"company:{company.pk}")
    assert '"after":{"name":"B••• G••• S•••","status":"closed"}' in record
    assert "ALFA" not in record


def test_what_is_missing_in_a_file_is_left_alone(tmp_path: Path, company: Company) -> None:
    brought(tmp_path, COMPANIES, "K82345679Z;TJETËR SHPK;")

    company.refresh_from_db()
    assert (company.name, company.status) == ("ALFA SHPK", "active")


def test_a_new_person_has_a_user_without_password_and_no_low_limit(tmp_path: Path) -> None:
    report = brought(tmp_path, PEOPLE, "999000111;Elira;Hoxha;067 200 0199;elira@shembull.example")

    user = User.objects.get(username="999000111")
    assert report.counts == {"added": 1}
    assert (user.person.phone, user.has_usable_password()) == ("+355672000199", False)
    assert (user.low_limit_until, user.person.phone_changed_at) == (None, None)
    assert not Notice.objects.filter(user=user).exists()


def test_a_phone_changed_by_the_feed_lowers_the_limit_and_is_announced(
    tmp_path: Path, company: Company, person: Person
) -> None:
    colleague = builders.user(company, signs=True)

    report = brought(tmp_path, PEOPLE, f"{person.customer_number};Elira;Hoxha;+355672099999;")

    user = User.objects.get(person=person)
    assert report.counts == {"changed": 1}
    assert user.low_limit_until == AT + timedelta(hours=24)
    told = set(Notice.objects.values_list("user_id", "kind"))
    assert told == {(user.pk, "auth.phone.changed"), (colleague.pk, "auth.phone.colleague_changed")}


def test_the_same_phone_written_otherwise_is_no_change(tmp_path: Path, person: Person) -> None:
    national = f"0{person.phone.removeprefix('+355')}"

    assert brought(tmp_path, PEOPLE, f"{person.customer_number};Elira;Hoxha;{national};").counts == {"unchanged": 1}
    assert User.objects.get(person=person).low_limit_until is None


def test_a_blank_says_nothing(tmp_path: Path, person: Person) -> None:
    brought(tmp_path, "customer_number;first_name;last_name", f"{person.customer_number};Elira;Hoxha-Leka")

    after = Person.objects.get(pk=person.pk)
    assert (after.last_name, after.phone, after.email) == ("Hoxha-Leka", person.phone, person.email)


# --- Agreements and mandates -----------------------------------------------------------------------------------------


def test_an_agreement_is_known_by_company_and_version(tmp_path: Path, company: Company) -> None:
    line = f"{company.nipt};2026-1;2026-11-01;Dega Tirana;Elira Hoxha;"
    assert brought(tmp_path, AGREEMENTS, line).counts == {"added": 1}
    assert brought(tmp_path, AGREEMENTS, line, "").counts == {"unchanged": 1}
    assert brought(tmp_path, AGREEMENTS, f"{line}2027-12-31").counts == {"changed": 1}
    assert brought(tmp_path, AGREEMENTS, line.replace("11-01", "11-02")).bad[0].reason == Reason.NEVER_CHANGES

    assert Agreement.objects.get(company=company).valid_until == date(2027, 12, 31)


def test_a_mandate_is_granted_and_ended(tmp_path: Path, person: Person) -> None:
    other = builders.company()
    line = f"{person.customer_number};{other.nipt};yes;no;"
    assert brought(tmp_path, MANDATES, line).counts == {"added": 1}
    assert brought(tmp_path, MANDATES, f"{line}2026-12-31").counts == {"changed": 1}

    mandate = Mandate.objects.get(company=other)
    assert (mandate.may_prepare, mandate.may_sign, mandate.valid_until) == (True, False, date(2026, 12, 31))
    assert not hasattr(mandate, "activation")


# --- Accounts and cards ----------------------------------------------------------------------------------------------


def test_an_account_opens_empty_and_follows_the_core(tmp_path: Path, company: Company) -> None:
    line = f"{IBAN};{company.nipt};ALL;Llogaria rrjedhëse;50000.00;"
    assert brought(tmp_path, ACCOUNTS, line).counts == {"added": 1}
    assert brought(tmp_path, ACCOUNTS, line + "open").counts == {"unchanged": 1}
    assert brought(tmp_path, ACCOUNTS, line + "frozen").counts == {"changed": 1}
    assert brought(tmp_path, ACCOUNTS, line + "closed").counts == {"changed": 1}

    account = BankAccount.objects.get(iban=IBAN)
    assert (account.balance_minor, account.overdraft_minor, account.status) == (0, 5_000_000, "closed")
    assert [bad.reason for bad in brought(tmp_path, ACCOUNTS, "", line + "open").bad] == [Reason.CLOSED]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("currency", "EUR", Reason.NEVER_CHANGES),
        ("overdraft", "1.00", Reason.NEVER_CHANGES),
        ("nipt", "", Reason.NEVER_CHANGES),
        ("status", "closed", Reason.NOT_EMPTY),
    ],
)
def test_what_an_account_keeps(tmp_path: Path, company: Company, field: str, value: str, reason: Reason) -> None:
    account = builders.funded(company, 100)
    cells = {"iban": account.iban, "nipt": company.nipt, "currency": "ALL", "name": account.name}
    cells |= {"overdraft": "", "status": ""} | {field: value or builders.company().nipt}

    report = brought(tmp_path, ACCOUNTS, ";".join(str(cells[name]) for name in ACCOUNTS.split(";")))

    assert [(bad.line, bad.field, bad.reason) for bad in report.bad] == [(2, field, reason)]


def test_a_card_is_known_by_a_keyed_hash_of_its_last_digits(tmp_path: Path, person: Person) -> None:
    line = f"{person.customer_number};;810023;2028-09;"
    assert brought(tmp_path, CARDS, line).counts == {"added": 1}
    assert brought(tmp_path, CARDS, line, "").counts == {"unchanged": 1}
    assert brought(tmp_path, CARDS, line + "ended").counts == {"changed": 1}

    card = Card.objects.get(person=person)
    assert card.proof == proofs.proof_of_card(person, "810023", date(2028, 9, 1))
    assert (card.last4, card.expires_on, card.status) == ("0023", date(2028, 9, 30), "ended")


# --- What is not taken -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "line", "field", "reason"),
    [
        (COMPANIES, "A12345678B;ALFA;", "nipt", Reason.NIPT),
        (COMPANIES, "L82345678Z;;", "name", Reason.MISSING),
        (COMPANIES, "L82345678Z;ALFA;gone", "status", Reason.FORMAT),
        (COMPANIES, "L82345678Z;ALFA", "", Reason.COLUMNS),
        (COMPANIES, 'L82345678Z;"ALFA;', "", Reason.UNREADABLE),
        (COMPANIES, "L82345678Z;AL\x07FA;", "name", Reason.UNREADABLE),
        (COMPANIES, f"L82345678Z;{'A' * 141};", "name", Reason.TOO_LONG),
        (COMPANIES, f"L82345678Z;{'A' * 9000};", "", Reason.TOO_LONG),
        (COMPANIES, f"L82345678Z;ALFA {CARD_NUMBER};", "name", Reason.CARD_NUMBER),
        (PEOPLE, "12345678;A;B;;", "customer_number", Reason.FORMAT),
        (PEOPLE, "123456789;A;B;celular;", "phone", Reason.PHONE),
        (PEOPLE, "123456789;A;B;;elira", "email", Reason.FORMAT),
        (ACCOUNTS, f"{IBAN[:-1]}X;L00000000A;ALL;A;;", "iban", Reason.IBAN),
        (ACCOUNTS, f"{builders.OTHER_BANK_IBAN};L00000000A;ALL;A;;", "iban", Reason.IBAN),
        (ACCOUNTS, f"{IBAN};L99999998A;ALL;A;;", "nipt", Reason.UNKNOWN_COMPANY),
        (CARDS, f";;{CARD_NUMBER};2028-09;", "last_digits", Reason.CARD_NUMBER),
        (CARDS, ";;4111111111112222;2028-09;", "last_digits", Reason.CARD_NUMBER),
        (CARDS, ";;0023;2028-09;", "last_digits", Reason.FORMAT),
        (CARDS, "999999998;;810023;2028-09;", "customer_number", Reason.UNKNOWN_PERSON),
        (CARDS, ";;810023;2028-09;", "customer_number", Reason.MISSING),
        (CARDS, ";;810023;09/28;", "expires", Reason.FORMAT),
        (MANDATES, "999999998;L99999998A;yes;no;", "nipt", Reason.UNKNOWN_COMPANY),
        (AGREEMENTS, "L99999998A;1;2026-11-01;T;E;", "nipt", Reason.UNKNOWN_COMPANY),
    ],
)
def test_a_bad_record_is_reported_by_line_field_and_reason(
    tmp_path: Path, head: str, line: str, field: str, reason: Reason
) -> None:
    report = brought(tmp_path, head, "", line)

    assert [(bad.line, bad.field, bad.reason) for bad in report.bad] == [(3, field, reason)]
    assert report.exit_code == 1


def test_one_bad_record_costs_no_other(tmp_path: Path) -> None:
    raw = f"{COMPANIES}\nK82345678Z;NJË;\nK8234\xff;DY;\nK82345679Z;TRE;\n"
    path = tmp_path / "feed.csv"
    path.write_bytes(raw.encode("latin-1").replace("Ë".encode("latin-1"), "Ë".encode()))

    report = files.import_file(path, at=AT)

    assert report.counts == {"added": 2, "bad": 1}
    assert [(bad.line, bad.reason) for bad in report.bad] == [(3, Reason.UNREADABLE)]


def test_a_whole_card_number_is_repeated_nowhere(
    tmp_path: Path, person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    report = brought(tmp_path, CARDS, f"{person.customer_number};;{CARD_NUMBER};2028-09;")

    assert CARD_NUMBER not in f"{report} {report.as_json()} {caplog.text}"
    rows = [*AuditEvent.objects.values_list("record", flat=True)]
    assert not any(CARD_NUMBER in bytes(row).decode() for row in rows)
    assert not Card.objects.exists()


def test_a_record_that_is_mended_is_taken_by_the_next_run(tmp_path: Path) -> None:
    lines = (ACCOUNTS, f"{IBAN};L99999998A;ALL;Llogaria;;")
    brought(tmp_path, *lines)
    brought(tmp_path, COMPANIES, "L99999998A;ALFA SHPK;")

    report = brought(tmp_path, *lines)

    assert report.counts == {"added": 1}
    assert RefusedRecord.objects.get().mended_at == AT
    assert brought(tmp_path, *lines).is_known


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names the columns of no kind"),
        ("nipt;name;colour\n", "names the columns of no kind"),
        ("nipt;nipt;name\n", "names the columns of no kind"),
    ],
)
def test_a_file_that_is_none_of_ours_is_left_alone(tmp_path: Path, text: str, why: str) -> None:
    report = brought(tmp_path, text)

    assert (why in report.unreadable, report.exit_code) == (True, 2)
    assert not CoreFile.objects.exists()


def test_a_comma_and_a_byte_order_mark_will_do(tmp_path: Path) -> None:
    assert brought(tmp_path, "\ufeffNIPT,Name", 'K82345678Z,"ALFA, BETA SHPK"').counts == {"added": 1}
    assert Company.objects.get(nipt="K82345678Z").name == "ALFA, BETA SHPK"
