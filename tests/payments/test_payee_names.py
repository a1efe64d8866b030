"""Names of payees are compared as a clerk compares them."""

import pytest
from hypothesis import given, strategies as st

from payments.payee_names import Likeness, key, likeness

LETTERS = st.text(st.characters(categories=["L", "N", "Zs", "Po", "Pd"]), max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BETA NDËRTIM SHPK", "beta ndertim"),
        ("Beta Ndërtim Sh.p.k.", "NDERTIM BETA"),
        ("ALFA TEKSTIL SH.A.", "Alfa Tekstil sha"),
        ("Alfa Tekstil Sh. A.", "ALFA TEKSTIL"),
        ("Çela & Bijtë", "CELA BIJTE"),
        ("O'Neill", "ONEILL"),
        ("Gamma-Trans", "gamma  trans"),
        ("SHPK", "shpk"),
    ],
)
def test_case_accents_legal_forms_and_the_order_of_words_do_not_count(one, other):
    assert key(one) == key(other)
    assert likeness(one, other) == Likeness.SAME


@pytest.mark.parametrize(
    ("typed", "known", "fits"),
    [
        ("BETA NDERTIM", "BETA NDERTIMI SHPK", Likeness.CLOSE),
        ("BETA NDRETIM", "BETA NDERTIM", Likeness.CLOSE),
        ("ALFATEKSTIL", "ALFA TEKSTIL", Likeness.CLOSE),
        ("BETA NDERTIM", "BETA NDERTIM DURRES", Likeness.CLOSE),
        ("BETA", "BETA NDERTIM DURRES", Likeness.DIFFERENT),
        ("ALFA TEKSTIL", "BETA NDERTIM", Likeness.DIFFERENT),
        ("A", "ALFA TEKSTIL", Likeness.DIFFERENT),
        ("SHPK", "ALFA TEKSTIL SHPK", Likeness.DIFFERENT),
    ],
)
def test_a_slip_or_a_missing_word_is_close_and_little_of_a_name_tells_nothing(typed, known, fits):
    assert likeness(typed, known) == fits
    assert likeness(known, typed) == fits


@given(LETTERS)
def test_a_key_is_its_own_key(name):
    assert key(key(name)) == key(name)


@given(LETTERS, LETTERS)
def test_two_names_are_the_same_exactly_when_their_keys_are(one, other):
    assert (likeness(one, other) == Likeness.SAME) == (key(one) == key(other))
