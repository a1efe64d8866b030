import pytest
from hypothesis import given, strategies as st

from auth_flow.sms.gsm7 import BASIC, EXTENSION, fits, septets, transliterate, trim_name


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Nënshkrimi është çështje …", "Nenshkrimi eshte ceshtje .."),
        ("ÇELIK & NDËRTIM SHPK", "CELIK & NDERTIM SHPK"),
        ("e\u0308", "e"),
        ("“Alba” – S’kemi • 5 €", '"Alba" - S\'kemi * 5 EUR'),
        ("një\u00a0dy\ttre\r\nkatër", "nje dy tre  kater"),
        ("a\x00b\x1bc\u202ed\u200be", "abcde"),
        ("[a]{b}|c\\d^~", "(a)(b)/c/d?-"),
        ("Šehović Łódź", "Sehovic Lodz"),
        ("Müller é", "Müller é"),
        ("Иван 李", "???? ?"),
    ],
)
def test_every_text_becomes_plain_enough_for_one_sms(text: str, plain: str) -> None:
    assert transliterate(text) == plain


def test_the_alphabet_is_complete() -> None:
    assert len(BASIC) == 127
    assert not BASIC & EXTENSION
    assert not {"ë", "ç", "\x1b"} & BASIC


@given(st.text())
def test_what_is_transliterated_is_in_the_basic_alphabet_and_stays_as_it_is(text: str) -> None:
    plain = transliterate(text)

    assert set(plain) <= BASIC - {"\n", "\r"}
    assert transliterate(plain) == plain


@pytest.mark.parametrize(
    ("text", "fitting"),
    [
        ("a" * 160, True),
        ("a" * 161, False),
        ("a" * 158 + "€", True),
        ("a" * 159 + "€", False),
        ("ë", False),
        ("", True),
    ],
)
def test_one_sms_has_160_septets_and_some_signs_take_two(text: str, fitting: bool) -> None:
    assert fits(text) is fitting


def test_a_text_that_gsm_cannot_carry_has_no_size() -> None:
    assert septets("ë") is None
    assert septets("a€") == 3


@pytest.mark.parametrize(
    ("name", "room", "shown"),
    [
        ("ALBA ÇELIK SHPK", 20, "ALBA CELIK SHPK"),
        ("ALBA ÇELIK SHPK", 15, "ALBA CELIK SHPK"),
        ("ALBA ÇELIK SHPK", 14, "ALBA CELIK S.."),
        ("ALBA ÇELIK SHPK", 7, "ALBA.."),
        ("  Alba \n Çelik ", 20, "Alba Celik"),
        ("ALBA", 2, "AL"),
        ("ALBA", 0, ""),
    ],
)
def test_a_name_is_cut_to_the_room_that_is_left(name: str, room: int, shown: str) -> None:
    assert trim_name(name, room) == shown


@given(st.text(), st.integers(min_value=-1, max_value=60))
def test_a_trimmed_name_never_takes_more_than_its_room(name: str, room: int) -> None:
    size = septets(trim_name(name, room))

    assert size is not None
    assert size <= max(room, 0)


def test_the_signing_text_of_the_bank_fits() -> None:
    text = (
        "BKT: FNP 483920 per 1.250.000,00 ALL te ALBA CELIK SHPK, AL76..0042. Vlen 3 min. Mos ia jepni askujt. "
        "Nuk e kerkuat ju? 042266288, ref K7M3P9QX"
    )

    assert transliterate(text) == text
    assert fits(text)
