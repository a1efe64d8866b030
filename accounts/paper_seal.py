"""The bank's signature in a paper: PAdES B-B, invisible, over every byte; nothing may be added to the file afterwards.

`settings.PAPERS_CERTIFICATE` names a PKCS#12 file with key, certificate and chain. Without one papers go out unsigned,
and their number, code and digest vouch for them alone. Loaded when the first paper is sealed: it takes half a second.
A signature made after its certificate ran out is believed by nobody, so from that moment on nothing is signed.
"""

import io
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

from accounts import clock

FIELD: Final = "Bank"
RSA_BITS_MIN: Final = 2048
SIGNS: Final = frozenset({"digital_signature", "non_repudiation"})
# Out of the page and to be printed: what PDF/A-2 and PDF/UA-1 ask of a field that shows nothing.
UNSEEN: Final = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)


class _Untouched(IncrementalPdfFileWriter):
    """Leaves the metadata as typst wrote them: pyHanko's own writing of them is none that PDF/A allows."""

    def _update_meta(self) -> None:
        """Nothing is changed but the signature; the file's moment stays that of the paper."""


def seal(file: bytes) -> bytes:
    """The same file with the bank's signature behind it. Raises ImproperlyConfigured where none can be given now."""
    signer = _signer()
    certificate, at = _certificate(signer), clock.machine()
    if not certificate.not_valid_before <= at < certificate.not_valid_after:
        days = f"from {certificate.not_valid_before:%Y-%m-%d} until {certificate.not_valid_after:%Y-%m-%d}"
        raise ImproperlyConfigured(f"PAPERS_CERTIFICATE cannot be used: it holds {days}.")
    what = PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        name=str(settings.BANK["name"]),
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    where = SigFieldSpec(sig_field_name=FIELD, on_page=0, invis_sig_settings=UNSEEN)
    out = io.BytesIO()
    sign_pdf(_Untouched(io.BytesIO(file)), what, signer, new_field_spec=where, output=out)
    return out.getvalue()


def valid_until() -> datetime:
    """The last moment at which the certificate holds. Raises ImproperlyConfigured where it cannot be read."""
    moment: datetime = _certificate(_signer()).not_valid_after
    return moment


def _certificate(signer: SimpleSigner) -> Any:
    assert signer.signing_cert is not None, "a signer that was loaded has its certificate"
    return signer.signing_cert


def _signer() -> SimpleSigner:
    return _loaded(str(settings.PAPERS_CERTIFICATE), str(settings.PAPERS_CERTIFICATE_PASSWORD))


@lru_cache(maxsize=2)
def _loaded(path: str, password: str) -> SimpleSigner:
    try:
        content = Path(path).read_bytes()
        signer: SimpleSigner = SimpleSigner.load_pkcs12_data(content, other_certs=[], passphrase=password.encode())
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is no PKCS#12 file, or the password is wrong"
        raise ImproperlyConfigured(f"PAPERS_CERTIFICATE cannot be used: {reason}.") from None
    _require_fit(signer)
    return signer


def _require_fit(signer: SimpleSigner) -> None:
    if signer.signing_key.algorithm != "rsa":
        raise ImproperlyConfigured("PAPERS_CERTIFICATE must hold an RSA key: PDF/A-2 knows no signature of another.")
    if signer.signing_key.bit_size < RSA_BITS_MIN:
        raise ImproperlyConfigured(f"PAPERS_CERTIFICATE must hold an RSA key of {RSA_BITS_MIN} bits or more.")
    uses = _certificate(signer).key_usage_value
    if uses is not None and not SIGNS & uses.native:
        raise ImproperlyConfigured("PAPERS_CERTIFICATE must be a certificate for signatures, which this one is not.")
