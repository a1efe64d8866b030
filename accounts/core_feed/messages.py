"""camt.053.001.08 and camt.054.001.08 as files: which of the two one is, whether it keeps its schema, its entries.

The parser knows no document type, no entities and no network. Elements are let go as soon as they are read, so that
a file of any length takes the same memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from accounts.core_feed.records import Unreadable
from accounts.models.core import CoreFile

Kind = CoreFile.Kind

SCHEMAS = Path(__file__).parent / "schemas"
MESSAGES = (Kind.STATEMENT, Kind.NOTIFICATION)
# What holds the entries of one account, and the type of an entry, in both messages.
HOLDERS = {Kind.STATEMENT: "Stmt", Kind.NOTIFICATION: "Ntfctn"}
ENTRY_TYPE = "ReportEntry10"
PROLOGUE_BYTES = 64 * 1024


def namespace_of(kind: Kind) -> str:
    return f"urn:iso:std:iso:20022:tech:xsd:{kind.value}.001.08"


def kind_of(file: BinaryIO) -> Kind:
    """Which message a file holds; refuses a document type and everything that is neither of the two."""
    file.seek(0)
    if b"<!DOCTYPE" in file.read(PROLOGUE_BYTES):
        raise Unreadable("it declares a document type")
    with _well_formed():
        for _event, root in _events(file, events=("start",)):
            document = root.getroottree().docinfo
            if document.doctype or document.internalDTD is not None:
                raise Unreadable("it declares a document type")
            name = etree.QName(root)
            for kind in MESSAGES:
                if (name.namespace, name.localname) == (namespace_of(kind), "Document"):
                    return kind
            break
    raise Unreadable("it is neither camt.053.001.08 nor camt.054.001.08")


def broken_entries(file: BinaryIO, kind: Kind) -> dict[int, str]:
    """Places of the entries that break the schema, with the name of what is wrong in each; usually none at all."""
    try:
        for _element in entry_elements(file, kind, schema=_schema(kind)):
            pass
    except etree.XMLSyntaxError:
        # Of the schema or of XML itself: the parser's log does not tell for certain, the second look does.
        with _well_formed():
            return _judged_one_by_one(file, kind)
    return {}


def _judged_one_by_one(file: BinaryIO, kind: Kind) -> dict[int, str]:
    """The second look at a file that breaks its schema: at every entry alone, then at what is left without them."""
    judge, broken, root = _entry_schema(kind), {}, None
    for place, element in enumerate(entry_elements(file, kind, keep_holders=True)):
        root = element.getroottree().getroot()
        if not judge.validate(element):
            broken[place] = _field(judge.error_log)
    if root is not None:
        for element in list(root.iter(f"{{{namespace_of(kind)}}}Ntry")):
            _take_out(element)
    if not broken or root is None or not _schema(kind).validate(root):
        raise Unreadable("it breaks its ISO 20022 schema outside of the entries")
    return broken


def _field(log: "etree._ListErrorLog") -> str:
    """The element that the first error names; never the value, which the message would repeat."""
    named = log[0].message.partition("}")[2].partition("'")[0] if len(log) else ""
    return named or "Ntry"


def _schema(kind: Kind) -> etree.XMLSchema:
    """A new one for every file: a schema keeps the errors of all that it judged."""
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{kind.value}.001.08.xsd", _parser()))


def _entry_schema(kind: Kind) -> etree.XMLSchema:
    """The same schema, with an entry as a document of its own."""
    tree = etree.parse(SCHEMAS / f"{kind.value}.001.08.xsd", _parser())
    alone = {"name": "Ntry", "type": ENTRY_TYPE}
    etree.SubElement(tree.getroot(), "{http://www.w3.org/2001/XMLSchema}element", alone)
    return etree.XMLSchema(tree)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


# --- The stream ------------------------------------------------------------------------------------------------------


def entry_elements(
    file: BinaryIO, kind: Kind, *, schema: etree.XMLSchema | None = None, keep_holders: bool = False
) -> Iterator["etree._Element"]:
    """Each entry while it is whole; what was read before it is gone by then."""
    space = f"{{{namespace_of(kind)}}}"
    holder = f"{space}{HOLDERS[kind]}"
    for _event, element in _events(file, events=("end",), tag=(f"{space}Ntry", holder), schema=schema):
        if element.tag != holder:
            yield element
        elif keep_holders:
            continue
        _let_go(element)


def _let_go(element: "etree._Element") -> None:
    """Empty what was read, and take those of its kind before it out of the tree."""
    element.clear()
    while (before := element.getprevious()) is not None and before.tag == element.tag:
        _take_out(before)


def _take_out(element: "etree._Element") -> None:
    parent = element.getparent()
    assert parent is not None, "an entry stands in a statement, a statement in a message"
    parent.remove(element)


def _events(
    file: BinaryIO,
    *,
    events: tuple[str, ...],
    tag: tuple[str, ...] | None = None,
    schema: etree.XMLSchema | None = None,
) -> "etree.iterparse":
    file.seek(0)
    return etree.iterparse(
        file, events=events, tag=tag, schema=schema, resolve_entities=False, no_network=True, load_dtd=False
    )


@contextmanager
def _well_formed() -> Iterator[None]:
    try:
        yield
    except etree.XMLSyntaxError:
        raise Unreadable("it is not well-formed XML") from None
