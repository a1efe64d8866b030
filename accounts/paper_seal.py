"""The bank's signature in a paper: PAdES B-B, invisible, over every byte; nothing may be added to the file afterwards.

`settings.PAPERS_CERTIFICATE` names a PKCS#12 file with key, certificate and chain. Without one papers go out unsigned,
and their number, code and digest vouch for them alone. Loaded when the first paper is sealed: it takes half a second.
"""

import io
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

FIELD: Final = "Bank"
# Out of the page and to be printed: what PDF/A-2 and PDF/UA-1 ask of a field that shows nothing.
UNSEEN: Final = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)


class _Untouched(IncrementalPdfFileWriter):
    """Leaves the metadata as typst wrote them: pyHanko's own writing of them is none that PDF/A allows."""

    def _update_meta(self) -> None:
        """Nothing is changed but the signature; the file's moment stays that of the paper."""


def seal(file: bytes) -> bytes:
    """The same file with the bank's signature behind it."""
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
    sign_pdf(_Untouched(io.BytesIO(file)), what, _signer(), new_field_spec=where, output=out)
    return out.getvalue()


def valid_until() -> datetime:
    """The last moment at which the certificate holds. Raises ImproperlyConfigured where it cannot be read."""
    certificate = _signer().signing_cert
    assert certificate is not None, "a signer that was loaded has its certificate"
    moment: datetime = certificate.not_valid_after
    return moment


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
    if signer.signing_key.algorithm != "rsa":
        raise ImproperlyConfigured("PAPERS_CERTIFICATE must hold an RSA key: PDF/A-2 knows no signature of another.")
    return signer
