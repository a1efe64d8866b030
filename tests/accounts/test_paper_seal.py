"""The bank's signature: a validator that knows the certificate believes the file, and no byte of it may change."""

import hashlib
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, StreamObject
from pytest_django import Settings

from accounts import clock, paper_seal, papers
from accounts.models import Paper
from bkt_portal import checks, demo_seal
from tests import builders
from tests.accounts.test_papers import made

PASSWORD = "a password of the tests"


@pytest.fixture
def sealed(tmp_path: Path, settings: Settings) -> Path:
    """Papers are signed from here on, by a certificate of this test's."""
    path = tmp_path / "papers.p12"
    demo_seal.make(path, PASSWORD, at=clock.machine())
    settings.PAPERS_CERTIFICATE, settings.PAPERS_CERTIFICATE_PASSWORD = str(path), PASSWORD
    return path


@pytest.fixture
def paper(db: None, sealed: Path) -> Paper:
    return made(builders.company())


def status(content: bytes, certificate: Path):
    """What pyHanko's own validator says of the file's only signature."""
    held = pkcs12.load_pkcs12(certificate.read_bytes(), PASSWORD.encode()).cert
    (root,) = load_certs_from_pemder_data(held.certificate.public_bytes(Encoding.DER))
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))


def test_a_paper_is_signed_and_a_validator_believes_it(paper: Paper, sealed: Path) -> None:
    found = status(bytes(paper.content), sealed)

    assert found.bottom_line
    assert found.coverage.name == "ENTIRE_FILE"


def test_what_is_kept_and_counted_is_the_signed_file(paper: Paper) -> None:
    kept = bytes(Paper.objects.get(pk=paper.pk).content)

    assert kept.startswith(papers.render(paper.facts))
    assert hashlib.sha256(kept).hexdigest() == paper.sha256


def test_a_changed_byte_is_seen(paper: Paper, sealed: Path) -> None:
    content = bytearray(bytes(paper.content))
    content[200] ^= 1

    found = status(bytes(content), sealed)

    assert not found.bottom_line
    assert not found.intact


def test_what_is_added_behind_the_signature_is_seen(paper: Paper, sealed: Path) -> None:
    out = io.BytesIO()
    writer = PdfWriter(io.BytesIO(bytes(paper.content)), incremental=True)
    writer.add_blank_page()
    writer.write(out)

    found = status(out.getvalue(), sealed)

    assert not found.bottom_line
    assert found.coverage.name != "ENTIRE_FILE"


def test_a_signed_file_is_still_an_archive_file(paper: Paper) -> None:
    reader = PdfReader(io.BytesIO(bytes(paper.content)))

    root = cast(DictionaryObject, reader.trailer["/Root"])
    metadata = cast(StreamObject, root["/Metadata"]).get_data().decode()
    field = root["/AcroForm"]["/Fields"][0].get_object()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert root.get("/Version", "/1.7") == "/1.7"
    assert field["/V"]["/SubFilter"] == "/ETSI.CAdES.detached"
    assert field["/F"] & 4, "it is printed, as PDF/A wants of every annotation"
    assert "Konfirmim pagese" in reader.pages[0].extract_text()


def test_without_a_certificate_a_paper_is_not_signed(db: None) -> None:
    kept = made(builders.company())

    assert PdfFileReader(io.BytesIO(bytes(kept.content))).embedded_signatures == []


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_certificate_that_cannot_be_used_is_told_and_stops_papers(
    db: None, tmp_path: Path, settings: Settings, content: bytes | None
) -> None:
    path = tmp_path / "bad.p12"
    if content:
        path.write_bytes(content)
    settings.PAPERS_CERTIFICATE, settings.PAPERS_CERTIFICATE_PASSWORD = str(path), PASSWORD

    with pytest.raises(papers.NotSignedNow):
        made(builders.company())
    with pytest.raises(ImproperlyConfigured, match="PAPERS_CERTIFICATE cannot be used"):
        papers.signed_until()
    assert not Paper.objects.exists()
    assert [found.id for found in checks.papers_can_be_signed(None)] == ["portal.E001"]
    assert PASSWORD not in str(checks.papers_can_be_signed(None))


def test_a_key_that_pdf_a_2_knows_no_signature_of_is_refused(tmp_path: Path, settings: Settings) -> None:
    path, key = tmp_path / "curve.p12", ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A curve")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, clock.machine(), clock.machine() + demo_seal.LIFE)
    certificate = made.sign(key, hashes.SHA256())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, NoEncryption()))
    settings.PAPERS_CERTIFICATE, settings.PAPERS_CERTIFICATE_PASSWORD = str(path), ""

    with pytest.raises(ImproperlyConfigured, match="must hold an RSA key"):
        papers.signed_until()


@pytest.mark.parametrize("begins", [-2 * demo_seal.LIFE, timedelta(days=3)])
def test_a_certificate_outside_its_days_signs_nothing(
    db: None, tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture, begins: timedelta
) -> None:
    path = tmp_path / "other_days.p12"
    demo_seal.make(path, PASSWORD, at=clock.machine() + begins)
    settings.PAPERS_CERTIFICATE, settings.PAPERS_CERTIFICATE_PASSWORD = str(path), PASSWORD

    with pytest.raises(papers.NotSignedNow):
        made(builders.company())

    assert not Paper.objects.exists()
    assert [vars(record)["event"] for record in caplog.records] == ["papers.not_signed"]
    assert PASSWORD not in caplog.text


def test_a_certificate_that_ran_out_is_an_error_before_the_start(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "old.p12"
    demo_seal.make(path, PASSWORD, at=clock.machine() - 2 * demo_seal.LIFE)
    settings.PAPERS_CERTIFICATE, settings.PAPERS_CERTIFICATE_PASSWORD = str(path), PASSWORD

    assert [found.id for found in checks.papers_can_be_signed(None)] == ["portal.E001"]


def keep_certificate(path: Path, *, bits: int, signs: bool) -> None:
    """Write a certificate of an RSA key of so many bits, for signatures or for keys alone."""
    key, name = rsa.generate_private_key(65537, bits), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Another")])
    at = clock.machine()
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, at, at + demo_seal.LIFE)
    uses = x509.KeyUsage(signs, signs, not signs, False, False, False, False, False, False)
    certificate = built.add_extension(uses, critical=True).sign(key, hashes.SHA256())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(PASSWORD.encode()))
    )


@pytest.mark.parametrize(
    ("bits", "signs", "why"), [(1024, True, "2048 bits or more"), (2048, False, "a certificate for signatures")]
)
def test_a_weak_key_and_a_certificate_for_something_else_are_refused(
    tmp_path: Path, settings: Settings, bits: int, signs: bool, why: str
) -> None:
    path = tmp_path / "another.p12"
    keep_certificate(path, bits=bits, signs=signs)
    settings.PAPERS_CERTIFICATE, settings.PAPERS_CERTIFICATE_PASSWORD = str(path), PASSWORD

    with pytest.raises(ImproperlyConfigured, match=why):
        papers.signed_until()


def test_a_certificate_that_soon_runs_out_is_told(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "old.p12"
    demo_seal.make(path, PASSWORD, at=clock.machine() - demo_seal.LIFE + timedelta(days=44))
    settings.PAPERS_CERTIFICATE, settings.PAPERS_CERTIFICATE_PASSWORD = str(path), PASSWORD

    assert [found.id for found in checks.papers_can_be_signed(None)] == ["portal.W005"]


def test_a_certificate_with_years_before_it_is_not(sealed: Path) -> None:
    assert checks.papers_can_be_signed(None) == []
    assert paper_seal.valid_until() > datetime.now(UTC)


def test_the_demos_certificate_says_so_is_its_owners_and_is_renewed(tmp_path: Path) -> None:
    path, long_ago = tmp_path / "papers.p12", clock.machine() - 2 * demo_seal.LIFE
    demo_seal.renew(path, PASSWORD, at=long_ago)
    old = path.read_bytes()
    demo_seal.renew(path, PASSWORD, at=clock.machine())
    new = path.read_bytes()
    demo_seal.renew(path, PASSWORD, at=clock.machine())

    kept = pkcs12.load_pkcs12(new, PASSWORD.encode()).cert
    assert old != new == path.read_bytes()
    assert "DEMONSTRIM" in kept.certificate.subject.rfc4514_string()
    assert path.stat().st_mode & 0o077 == 0
