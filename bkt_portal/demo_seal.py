"""The certificate with which the demo signs its papers: made by itself, trusted by nobody, and it says so."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

NAME: Final = "DEMONSTRIM - Dega Internet, not a bank"
LIFE: Final = timedelta(days=365)


def renew(path: Path, password: str, *, at: datetime) -> None:
    """Make one where there is none, or where it has run out; papers that it signed keep its signature."""
    if path.exists():
        kept = pkcs12.load_pkcs12(path.read_bytes(), password.encode()).cert
        if kept and kept.certificate.not_valid_after_utc > at:
            return
    make(path, password, at=at)


def make(path: Path, password: str, *, at: datetime) -> None:
    """Write a new key and its certificate as PKCS#12, for their owner alone; `at` is when it begins to hold."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_for_signatures(), critical=True)
        .sign(key, hashes.SHA256())
    )
    kept = pkcs12.serialize_key_and_certificates(
        NAME.encode(), key, certificate, None, BestAvailableEncryption(password.encode())
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(kept)


def _for_signatures() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
