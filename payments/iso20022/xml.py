"""XML from strangers, read warily, and our own, written plainly.

The parser knows no document type, no entity and no network; what a schema does not allow is refused as a whole.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, TypeAlias, cast

from lxml import etree

import accounts
from accounts.money import AMOUNT_MAX_MINOR, MINOR_PER_MAJOR

Element: TypeAlias = etree._Element  # lxml has no other name for it

PACS_008: Final = "pacs.008.001.08"
PACS_002: Final = "pacs.002.001.10"
PACS_004: Final = "pacs.004.001.09"
CAMT_054: Final = "camt.054.001.08"
_OURS = Path(__file__).parent / "schemas"
SCHEMAS: Mapping[str, Path] = {
    PACS_008: _OURS / f"{PACS_008}.xsd",
    PACS_002: _OURS / f"{PACS_002}.xsd",
    PACS_004: _OURS / f"{PACS_004}.xsd",
    CAMT_054: Path(accounts.__file__).parent / "core_feed" / "schemas" / f"{CAMT_054}.xsd",
}
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"


class UnreadableError(Exception):
    """Why the bytes are none of our messages; the text is for the staff's list and repeats no value of the file."""


def read(content: bytes) -> tuple[str, Element]:
    """Which message it is, and its one element below Document; raises UnreadableError."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UnreadableError("it declares a document type")
    try:
        root = etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError):
        raise UnreadableError("it is not well-formed XML") from None
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding that hid it from the look above
        raise UnreadableError("it declares a document type")
    name = etree.QName(root)
    message = (name.namespace or "").removeprefix(NAMESPACE)
    if name.localname != "Document" or message not in SCHEMAS:
        raise UnreadableError("it is none of " + ", ".join(SCHEMAS))
    if not schema(message).validate(root):
        raise UnreadableError(f"it breaks its schema at {_field(schema(message))}")
    return message, root[0]


def document(message: str, name: str) -> tuple[Element, Element]:
    """An empty Document of a message and its one element, `name`."""
    root = etree.fromstring(f'<Document xmlns="{NAMESPACE}{message}"/>', _parser())
    return root, put(root, name)


def written(root: Element) -> bytes:
    """The bytes of a message of ours; what breaks its own schema is a bug and stays loud."""
    message = (etree.QName(root).namespace or "").removeprefix(NAMESPACE)
    schema(message).assertValid(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def put(parent: Element, path: str, text: str = "", **attributes: str) -> Element:
    """Append PmtId/TxId: a new element for the last step, the existing last child for the steps before, if there."""
    space = f"{{{etree.QName(parent).namespace}}}"
    *steps, last = path.split("/")
    for step in steps:
        name = f"{space}{step}"
        parent = parent[-1] if len(parent) and parent[-1].tag == name else etree.SubElement(parent, name)
    element = etree.SubElement(parent, f"{space}{last}", attributes)
    element.text = text or None
    return element


def text(element: Element | None, path: str) -> str:
    """The text at a fixed path, blanks folded; empty where there is none."""
    if element is None:
        return ""
    found = element.findtext(_path(str(etree.QName(element).namespace), path))
    return " ".join((found or "").split())


def all_of(element: Element, path: str) -> list[Element]:
    return element.findall(_path(str(etree.QName(element).namespace), path))


def one_of(element: Element, path: str) -> Element | None:
    return element.find(_path(str(etree.QName(element).namespace), path))


def amount(minor: int) -> str:
    """1234.50 from 123450: the point is the schema's, whatever the language of the screens."""
    return f"{minor // MINOR_PER_MAJOR}.{minor % MINOR_PER_MAJOR:02d}"


def minor_of(written_amount: str) -> int:
    """Whole minor units; UnreadableError for fractions of them, for nothing, and for more than we hold."""
    minor = Decimal(written_amount) * MINOR_PER_MAJOR
    if minor != int(minor) or not 0 < minor <= AMOUNT_MAX_MINOR:
        raise UnreadableError("an amount is zero, too large, or has parts of a minor unit")
    return int(minor)


def moment(at: datetime) -> str:
    """2026-11-20T09:00:00Z"""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@cache
def schema(message: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS[message], _parser()))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )


def _field(judge: etree.XMLSchema) -> str:
    """The line and the element of the first error; never the value, which its message would repeat."""
    first = next(iter(cast("etree._ListErrorLog", judge.error_log)), None)
    if first is None:
        return "an unknown place"
    return f"line {first.line}, {first.message.partition('}')[2].partition(chr(39))[0] or 'Document'}"


@lru_cache(maxsize=512)
def _path(namespace: str, path: str) -> str:
    return "/".join(f"{{{namespace}}}{step}" for step in path.split("/"))
