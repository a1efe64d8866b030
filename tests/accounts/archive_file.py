"""What ISO 19005-2 (PDF/A-2a) and ISO 14289-1 (PDF/UA-1) ask of a file, read back by pypdf, which did not make it.

No validator: the rules that a file of ours could break, each with the words of what was found. Signing adds to a file
behind the back of whoever set it, so that what is signed is examined too.
"""

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from pypdf import PdfReader
from pypdf.generic import ContentStream, IndirectObject

PAINTS: Final = {b"Tj", b"TJ", b"'", b'"', b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"Do", b"sh", b"BI"}
OPENS: Final = {b"BDC", b"BMC"}
FORBIDDEN: Final = {"/JavaScript", "/JS", "/AA", "/XFA", "/EmbeddedFiles", "/LZWDecode", "/NeedAppearances", "/Launch"}
PRINT, UNSEEN = 4, 1 | 2 | 32  # annotation flags: print; invisible, hidden, no view


def faults(content: bytes) -> list[str]:
    """Everything that was found against the two standards; an empty list is what a paper must give."""
    reader = PdfReader(io.BytesIO(content))
    rules = (_file, _metadata, _colours, _fonts, _pages, _annotations, _tags)
    return [fault for rule in rules for fault in rule(content, reader)]


def _file(content: bytes, reader: PdfReader) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\s+%[\x80-\xff]{4}", content):
        yield "the head says no PDF 1.x, or is taken for text"
    if "/ID" not in reader.trailer or "/Encrypt" in reader.trailer:
        yield "the trailer has no ID, or a key"
    seen = {name for number in _numbers(reader) for name in _names(reader.get_object(number))}
    yield from (f"{name} is not allowed" for name in sorted(FORBIDDEN & seen))


def _metadata(_content: bytes, reader: PdfReader) -> Iterator[str]:
    root = _root(reader)
    stream, facts = root["/Metadata"].get_object(), reader.metadata
    said = stream.get_data().decode()
    if "/Filter" in stream:
        yield "the metadata are packed"
    for wanted in ("<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", "<dc:title>"):
        if wanted not in said:
            yield f"the metadata lack {wanted}"
    if facts is None or not facts.title or facts.title not in said:
        yield "the title is not that of the metadata"
    moment = facts.creation_date.strftime("%Y-%m-%dT%H:%M:%S") if facts and facts.creation_date else "-"
    if f"<xmp:CreateDate>{moment}" not in said:
        yield "the moment is not that of the metadata"
    if root.get("/Lang") not in {"sq", "en"} or not root["/MarkInfo"]["/Marked"]:
        yield "the language is missing, or the file is not tagged"
    if not root["/ViewerPreferences"]["/DisplayDocTitle"]:
        yield "the title is not what a reader shows"


def _colours(_content: bytes, reader: PdfReader) -> Iterator[str]:
    intents = [intent.get_object() for intent in _root(reader).get("/OutputIntents", [])]
    if [intent["/S"] for intent in intents] != ["/GTS_PDFA1"]:
        yield "no intent says what the colours are"
    elif intents[0]["/DestOutputProfile"].get_object()["/N"] != 3:
        yield "the intent is none of RGB"
    names = {name for number in _numbers(reader) for name in _names(reader.get_object(number))}
    if "/DeviceCMYK" in names:
        yield "there is CMYK beside RGB"


def _fonts(_content: bytes, reader: PdfReader) -> Iterator[str]:
    fonts: list[Any] = [one for one in map(reader.get_object, _numbers(reader)) if _kind(one) == "/Font"]
    if not fonts:
        yield "there is no font"
    for font in fonts:
        if "/FontDescriptor" in font and not {"/FontFile2", "/FontFile3"} & font["/FontDescriptor"].keys():
            yield f"{font['/BaseFont']} is not inside"
        if font["/Subtype"] == "/Type0" and "/ToUnicode" not in font:
            yield f"{font['/BaseFont']} does not say what its signs mean"
        if font["/Subtype"] not in {"/Type0", "/CIDFontType0", "/CIDFontType2"}:
            yield f"{font['/BaseFont']} is of a kind that we do not use"


def _pages(_content: bytes, reader: PdfReader) -> Iterator[str]:
    for number, page in enumerate(reader.pages, start=1):
        depth = 0
        if "/StructParents" not in page:
            yield f"page {number} is not in the tree"
        for _operands, operator in ContentStream(page.get_contents(), reader).operations:
            depth += (operator in OPENS) - (operator == b"EMC")
            if operator in PAINTS and depth == 0:
                yield f"page {number} shows something without a tag"
                break
        if depth:
            yield f"page {number} leaves a tag open"


def _annotations(_content: bytes, reader: PdfReader) -> Iterator[str]:
    for number, page in enumerate(reader.pages, start=1):
        for note in (note.get_object() for note in page.get("/Annots", [])):
            flags, (left, bottom, *_corner) = note.get("/F", 0), note["/Rect"]
            if not flags & PRINT or flags & UNSEEN:
                yield f"an annotation on page {number} is not printed"
            is_outside = left < 0 or bottom < 0 or left > page.cropbox.right or bottom > page.cropbox.top
            if note["/Subtype"] == "/Widget" and not is_outside:
                yield f"a field on page {number} is on the page and in no tag"


def _tags(_content: bytes, reader: PdfReader) -> Iterator[str]:
    elements = list(_elements(_root(reader)["/StructTreeRoot"]))
    names = [str(element["/S"]) for element in elements]
    levels = [int(name[2:]) for name in names if re.fullmatch(r"/H[1-6]", name)]
    if levels[:1] != [1] or any(later > earlier + 1 for earlier, later in pairwise(levels)):
        yield f"the headings go {levels}"
    for element, name in zip(elements, names, strict=True):
        if name == "/Figure" and not element.get("/Alt"):
            yield "a picture has no words"
        if name == "/Table":
            yield from _table(element)


def _table(table: Any) -> Iterator[str]:
    rows = [element for element in _elements(table) if element["/S"] == "/TR"]
    widths = {sum(_span(cell) for cell in _elements(row) if cell["/S"] in {"/TH", "/TD"}) for row in rows}
    if len(widths) != 1:
        yield f"the rows of a table have {sorted(widths)} cells"
    for cell in _elements(table):
        if cell["/S"] == "/TH" and not any("/Scope" in one for one in _attributes(cell)):
            yield "a head of a table does not say of what"


def _root(reader: PdfReader) -> Any:
    return reader.trailer["/Root"]


def _span(cell: Any) -> int:
    return next((int(one["/ColSpan"]) for one in _attributes(cell) if "/ColSpan" in one), 1)


def _attributes(cell: Any) -> list[Any]:
    found = cell.get("/A", [])
    found = found.get_object() if hasattr(found, "get_object") else found
    return [one.get_object() for one in (found if isinstance(found, list) else [found])]


def _elements(node: Any) -> Iterator[Any]:
    """Every element of the tree below this one, in the order in which it is read aloud."""
    children = node.get_object().get("/K", [])
    children = children.get_object() if hasattr(children, "get_object") else children
    for child in children if isinstance(children, list) else [children]:
        element = child.get_object()
        if hasattr(element, "get") and "/S" in element:
            yield element
            yield from _elements(element)


def _numbers(reader: PdfReader) -> Iterator[Any]:
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    return (IndirectObject(number, 0, reader) for number in sorted(numbers) if number)


def _names(value: Any) -> Iterator[str]:
    """Every name in one object, as a key or as a value; not in what it leads to."""
    if isinstance(value, dict):
        for key, inner in dict.items(value):
            yield str(key)
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)
    elif isinstance(value, str) and value.startswith("/"):
        yield str(value)


def _kind(value: Any) -> str:
    return str(value.get("/Type", "")) if hasattr(value, "get") else ""
