"""The IBAN doctor: what is wrong with a mistyped one, where, and when it may ask “did you mean”."""

import string

import pytest
from hypothesis import assume, example, given, strategies as st

from accounts.identifiers import check_iban, make_albanian_iban
from payments.forms.ibans import doctors_words
from payments.iban_doctor import Diagnosis, diagnose

GOOD = "AL47212110090000000235698741"
SIGNS = string.digits + string.ascii_uppercase
# Two neighbours that mod 97 reads the same both ways: 1B and B1 are both 1-1-1.
TWINS = ({"1", "B"}, {"2", "M"}, {"3", "X"})

ibans = st.builds(
    make_albanian_iban,
    st.text(string.digits, min_size=3, max_size=3),
    st.text(string.digits, min_size=4, max_size=4),
    st.text(SIGNS, min_size=16, max_size=16),
)


@pytest.mark.parametrize(
    ("typed", "diagnosis"),
    [
        (GOOD, None),
        ("al47 2121 1009 0000 0002 3569 8741", None),
        ("", Diagnosis("empty")),
        ("AL47212110090000000235698742", Diagnosis("checksum", place="account")),
        ("AL47213110090000000235698741", Diagnosis("checksum", place="bank")),
        ("AL47212110080000000235698741", Diagnosis("checksum", place="bank")),
        ("AL4721211009000000023569874", Diagnosis("length", place="account", missing=1)),
        ("AL472121100900000002356987411", Diagnosis("length", place="account", missing=-1)),
        ("AL4721211090000000235698741", Diagnosis("length", place="bank", missing=1)),
        ("AL4721", Diagnosis("length", place="bank", missing=22)),
        ("AL472121I0090000000235698741", Diagnosis("digit_wanted", position=9, sign="I")),
        ("ALO7212110090000000235698741", Diagnosis("digit_wanted", position=3, sign="O")),
        ("AL47212110090000/00235698741", Diagnosis("sign", position=17, sign="/")),
        ("XL47212110090000000235698741", Diagnosis("country", position=1, sign="XL")),
        ("DE89370400440532013000", Diagnosis("country", position=1, sign="DE")),
    ],
)
def test_it_says_what_is_wrong_and_where(typed, diagnosis):
    assert diagnose(typed) == diagnosis


@pytest.mark.parametrize(
    "typed",
    [
        "LA47212110090000000235698741",
        "AL74212110090000000235698741",
        "AL47221110090000000235698741",
        "AL47212110090000000253698741",
        "AL47212110090000000235698714",
        "A4L7212110090000000235698741",
    ],
)
def test_of_two_neighbours_that_changed_places_it_asks_whether_they_did(typed):
    assert diagnose(typed).candidate == GOOD


def test_one_mistyped_sign_has_too_many_answers_to_offer_one():
    assert diagnose("AL47212110090000000235698751").candidate == ""


def test_where_two_swaps_fit_it_offers_neither():
    typed = "AL61205116200000000160001000"
    swaps = {typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] for at in range(27)} - {typed}
    sound = [one for one in swaps if diagnose(one) is None]

    assert diagnose(typed).candidate == (sound[0] if len(sound) == 1 else "")


@given(ibans, st.integers(2, 27), st.sampled_from(SIGNS))
def test_every_mistyped_sign_of_its_own_sort_is_found(iban, place, sign):
    assume(sign != iban[place] and sign.isdigit() == iban[place].isdigit())

    assert diagnose(iban[:place] + sign + iban[place + 1 :]) is not None


@given(ibans, st.integers(2, 11), st.sampled_from(string.ascii_uppercase))
def test_a_letter_where_figures_stand_is_shown_by_its_place(iban, place, letter):
    found = diagnose(iban[:place] + letter + iban[place + 1 :])

    assert (found.code, found.position, found.sign) == ("digit_wanted", place + 1, letter)


@given(ibans, st.integers(0, 26))
@example(GOOD, 0)
def test_every_two_neighbours_that_changed_places_are_found_and_what_is_offered_is_what_was_meant(iban, place):
    pair = {iban[place], iban[place + 1]}
    assume(len(pair) == 2 and pair not in TWINS)

    found = diagnose(iban[:place] + iban[place + 1] + iban[place] + iban[place + 2 :])

    assert found is not None
    assert found.candidate in {"", iban}


@given(ibans, st.integers(0, 27))
def test_a_lost_sign_is_counted(iban, place):
    found = diagnose(iban[:place] + iban[place + 1 :])

    assert found.code in {"length", "country", "digit_wanted"}
    assert found.candidate == ""


@given(st.text(max_size=40))
def test_whatever_is_typed_it_answers_and_offers_only_what_is_sound(text):
    found = diagnose(text)

    if found and found.candidate:
        assert check_iban(found.candidate).is_albanian


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("AL4721211009000000023569874", "Mungon 1 shenjë. Banka dhe dega përputhen: shikoni dy shifrat pas AL"),
        ("AL472121100900000002356987", "Mungojnë 2 shenja."),
        ("AL472121100900000002356987411", "Ka 1 shenjë më shumë."),
        ("AL472121I0090000000235698741", "Shenja 9 është “I”, por deri te shenja 12 shkruhen vetëm shifra."),
        ("AL47213110090000000235698741", "Gabimi duket te banka dhe dega, shenjat 5–12."),
        ("AL74212110090000000235698741", "Mos janë ndërruar dy shenja: AL47 2121 1009 0000 0002 3569 8741?"),
        (GOOD, ""),
    ],
)
def test_it_speaks_in_sentences(typed, words):
    assert words in " ".join(doctors_words(diagnose(typed)))
