"""camt files as attackers and accidents make them, and as long as a bank makes them."""

import resource
from pathlib import Path

import pytest
from lxml import etree

from accounts.core_feed import camt, files, messages
from accounts.core_feed.records import Unreadable
from accounts.models import BankAccount, CoreFile, Posting
from tests import builders
from tests.core_messages import Ntry, document, written

ENTITIES = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
OUTSIDE = "<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"


@pytest.fixture
def account(db: None) -> BankAccount:
    return builders.account(builders.company())


def test_the_schemas_are_as_they_were_published() -> None:
    listed = (messages.SCHEMAS / "README.md").read_text(encoding="utf-8")

    for path in sorted(messages.SCHEMAS.glob("*.xsd")):
        with path.open("rb") as file:
            assert f"| `{path.name}` | `{files._digest(file)}` |" in listed


@pytest.mark.parametrize("before", [ENTITIES, OUTSIDE, f"<!--{'x' * 70_000}-->{ENTITIES}"])
def test_a_document_type_is_refused_before_anything_is_read(account: BankAccount, tmp_path: Path, before: str) -> None:
    text = document((account, [Ntry(remittance="&b;")]), before=before)

    report = files.import_file(written(tmp_path, text), at=builders.AT)

    assert (report.unreadable, report.exit_code) == ("it declares a document type", 2)
    assert not CoreFile.objects.exists()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text[: len(text) // 2], "well-formed"),
        (lambda text: text.replace("camt.053.001.08", "camt.053.001.02"), "neither"),
        (lambda text: text.replace("Document", "Dokument"), "neither"),
        (lambda text: text.replace("<GrpHdr>", "<GrpHdr><Kot/>"), "outside of the entries"),
        (lambda text: text.replace("</Acct>", "</Acct><Kot/>").replace("1500.00", "x"), "outside of the entries"),
        (lambda text: f"{text}<x/>", "well-formed"),
        (lambda text: "<", "well-formed"),
    ],
)
def test_a_file_that_breaks_anywhere_else_is_left_alone_as_a_whole(account, tmp_path, change, why):
    text = document((account, [Ntry(), Ntry()]))

    report = files.import_file(written(tmp_path, change(text)), at=builders.AT)

    assert (why in report.unreadable, report.exit_code) == (True, 2)
    assert not Posting.objects.filter(kind="core").exists()


def test_an_entry_that_breaks_the_schema_is_found_on_a_single_line(account: BankAccount, tmp_path: Path) -> None:
    entries = [Ntry(reference="R0"), Ntry("x", reference="R1"), Ntry(reference="R2")]
    text = document((account, entries)).replace("\n", "")

    report = files.import_file(written(tmp_path, text), at=builders.AT)

    assert report.counts == {"booked": 2, "bad": 1}
    keys = {posting.key.rpartition(":")[2] for posting in Posting.objects.filter(kind="core")}
    assert keys == {"R0", "R2"}


def test_lines_are_right_in_the_third_statement_too(account: BankAccount, tmp_path: Path) -> None:
    bad = Ntry("0.001")
    other = builders.account(builders.company())
    text = document((account, [Ntry()]), (other, []), (account, [Ntry(), bad]))

    report = files.import_file(written(tmp_path, text), at=builders.AT)

    assert [found.line for found in report.bad] == [text[: text.index(bad.xml())].count("\n") + 1]


def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    path = long_file(tmp_path, 20_000)

    with path.open("rb") as file:
        held = [
            resident_bytes() for place, _entry in enumerate(camt.entries(file, messages.kind_of(file))) if place in AT
        ]

    assert len(held) == len(AT)
    assert held[-1] < held[0] + 8_000_000


def test_the_tree_would_have_been_seen(tmp_path: Path) -> None:
    """What the test above would find if what was read were kept."""
    path, before = long_file(tmp_path, 20_000), resident_bytes()

    tree = etree.parse(path)

    assert resident_bytes() > before + 16_000_000
    assert tree.getroot() is not None


# Where the memory of a process is looked at: early in the second reading of the file, and at its end.
AT = (1_000, 19_999)


def resident_bytes() -> int:
    """What this process holds of the machine's memory, libxml2 and all."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def long_file(folder: Path, count: int) -> Path:
    text = document(("IBAN", [Ntry(reference=f"R{place}") for place in range(count)]))
    return written(folder, text.replace("<IBAN>IBAN<", "<IBAN>AL73205111620000001CLPRCLALL1<"))


def test_the_kind_is_told_by_the_namespace(tmp_path: Path) -> None:
    for kind in messages.MESSAGES:
        path = written(tmp_path, document(kind=kind.value))
        assert files.kind_of(path) == kind


def test_what_is_no_file_is_of_no_kind(tmp_path: Path) -> None:
    assert files.kind_of(tmp_path / "nowhere.xml") is None
    assert files.import_file(tmp_path / "nowhere.xml", at=builders.AT).unreadable == "it cannot be opened"
    with pytest.raises(Unreadable):
        files._kind_of(written(tmp_path, "<a/>").open("rb"))
