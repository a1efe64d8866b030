"""Files from outside: read warily, taken once, and put aside with a reason where they are none."""

import os

import pytest

from payments import arrivals, clearing_folder
from payments.iso20022 import latin, xml
from payments.models import ArrivedFile
from tests.payments.clearing_cast import AT_13, deliver, folder, incoming, transfer

__all__ = ["folder"]

BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"><FIToFIPmtStsRpt>&b;</FIToFIPmtStsRpt></Document>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10">&x;</Document>"""


@pytest.fixture
def account(db, folder, clock_at):
    from tests import builders

    clock_at(builders.AT)
    return builders.funded(builders.company(), 100_000)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        (BOMB.decode().replace('1.0"?', '1.0" encoding="utf-16"?').encode("utf-16"), "document type"),
        (b"<Document", "well-formed"),
        (b"", "well-formed"),
        (b"\x00\x01", "well-formed"),
        (b"<Document>" * 1000, "well-formed"),
        (b"<html/>", "none of"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><a/></Document>', "none of"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"/>', "breaks its schema"),
    ],
)
def test_what_is_no_message_of_ours_is_put_aside_with_a_reason_and_an_alarm(account, folder, caplog, content, why):
    assert deliver("evil.xml", content) == 0

    bad = ArrivedFile.objects.get()
    assert (bad.status, bad.name) == ("bad", "evil.xml")
    assert why in bad.reason
    assert why in (folder / "bad" / "evil.xml.why.txt").read_text()
    assert not list((folder / "in").iterdir())
    assert "put aside" in caplog.text


def test_a_reason_never_repeats_what_stood_in_the_file(account):
    secret = incoming(transfer(account)).replace(b"<ChrgBr>SHAR", b"<ChrgBr>SECRET-4711")

    deliver("in.xml", secret)

    assert "ChrgBr" in ArrivedFile.objects.get().reason
    assert "4711" not in ArrivedFile.objects.get().reason


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (b"<NbOfTxs>1<", b"<NbOfTxs>2<", "number of transactions"),
        (b"<CtrlSum>2500.00<", b"<CtrlSum>2500.01<", "control sum"),
        (b'<TtlIntrBkSttlmAmt Ccy="ALL">2500.00<', b'<TtlIntrBkSttlmAmt Ccy="ALL">2500.01<', "its total"),
        (b'<IntrBkSttlmAmt Ccy="ALL">2500.00<', b'<IntrBkSttlmAmt Ccy="ALL">2500.001<', "minor unit"),
        (b"<IntrBkSttlmDt>2026-11-20<", b"<IntrBkSttlmDt>0000-11-20<", ""),
    ],
)
def test_a_file_that_does_not_fit_itself_is_put_aside_whole(account, before, after, why):
    content = incoming(transfer(account))
    assert before in content

    assert deliver("in.xml", content.replace(before, after, 1)) == 0
    assert why in ArrivedFile.objects.get(status="bad").reason


def test_a_file_that_is_too_large_is_put_aside_unread(account, folder, monkeypatch):
    monkeypatch.setattr(clearing_folder, "BYTES_MAX", 100)

    assert deliver("in.xml", incoming(transfer(account))) == 0
    assert (folder / "bad" / "in.xml.why.txt").read_text() == "it is too large\n"


def test_a_link_is_not_followed(account, folder, tmp_path):
    (tmp_path / "outside").write_bytes(incoming(transfer(account)))
    (clearing_folder.folder("in") / "link.xml").symlink_to(tmp_path / "outside")

    assert arrivals.read_all(at=AT_13) == 0
    assert (tmp_path / "outside").exists()
    assert not ArrivedFile.objects.exists()


def test_a_file_still_being_written_is_left_alone(account, folder):
    for name in (".in.xml", "in.xml.part", "in.tmp"):
        (clearing_folder.folder("in") / name).write_bytes(b"<Docu")

    assert arrivals.read_all(at=AT_13) == 0
    assert len(list((folder / "in").iterdir())) == 3


def test_a_name_that_was_taken_does_not_come_with_other_content(account, folder):
    deliver("in.xml", incoming(transfer(account)))

    assert deliver("in.xml", incoming(transfer(account, amount_minor=1), message_id="IN-2")) == 0
    assert ArrivedFile.objects.get(status="bad").reason == "another file of this name was taken before"


def test_one_file_that_breaks_holds_up_no_other(account, monkeypatch, caplog):
    begin = arrivals.begin

    def breaks_for_the_first(*, name, **facts):
        if name == "a.xml":
            raise ZeroDivisionError
        return begin(name=name, **facts)

    monkeypatch.setattr(arrivals, "begin", breaks_for_the_first)
    clearing_folder.place("in", "a.xml", incoming(transfer(account, transaction_id="A")))

    assert deliver("b.xml", incoming(transfer(account), message_id="IN-2")) == 1
    assert "was not taken" in caplog.text
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ÇELËSI ë ç", "CELESI e c"),
        ("A & B; C", "A + B, C"),
        ("“Fatura” №7 — €5", "'Fatura' No7 - EUR5"),
        ("Ж中", ".."),
        ("a\n\tb  c", "a b c"),
        ("//X//Y/", "X/Y"),
        ("", "."),
        ("\u200bfsheh\u0000ur", "fshehur"),
    ],
)
def test_texts_leave_in_swifts_letters(text, plain):
    assert latin.latin(text, 140) == plain


def test_a_text_is_cut_to_its_room():
    assert latin.latin("a" * 200, 140) == "a" * 140


@pytest.mark.parametrize("message", xml.SCHEMAS)
def test_the_schemas_that_we_keep_compile(message):
    assert xml.schema(message) is not None


def test_the_same_bytes_under_a_better_name_are_taken(account, folder):
    deliver("in.xml", incoming(transfer(account)))
    other = incoming(transfer(account, transaction_id="NEW"), message_id="IN-2")
    assert deliver("in.xml", other) == 0
    assert deliver("in.xml", other) == 0

    assert deliver("better.xml", other) == 1
    assert sorted(ArrivedFile.objects.values_list("name", "status")) == [
        ("better.xml", "done"),
        ("in.xml", "bad"),
        ("in.xml", "done"),
    ]


def test_what_is_no_file_is_put_aside_and_waits_for_nobody(account, folder):
    os.mkfifo(clearing_folder.folder("in") / "pipe.xml")

    assert arrivals.read_all(at=AT_13) == 0
    assert (folder / "bad" / "pipe.xml.why.txt").exists()
