import pytest
from django.test import override_settings
from hypothesis import given, strategies as st
from stdnum.iso7064 import mod_97_10

from accounts.identifiers import (
    CustomerNumberProblem,
    IbanProblem,
    NiptProblem,
    PhoneProblem,
    account_tail,
    check_iban,
    group_iban,
    make_albanian_iban,
    mask_phone,
    national_check_digit,
    normalise_customer_number,
    normalise_iban,
    normalise_nipt,
    normalise_phone,
    validate_customer_number,
    validate_nipt,
)


@pytest.mark.parametrize(
    ("typed", "nipt"),
    [
        ("AL J 91402501 L", "J91402501L"),
        ("(AL)k22218003v", "K22218003V"),
        ("k22218003v", "K22218003V"),
        ("L12345678A", "L12345678A"),
        ("M01234567B", "M01234567B"),
        ("N12345678A", "N12345678A"),
        ("J61911005B", "J61911005B"),
    ],
)
def test_a_companys_nipt_is_tidied_and_accepted_beyond_2029(typed: str, nipt: str) -> None:
    assert validate_nipt(typed) == nipt


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("L1234567A", "shape"),
        ("L123456789", "shape"),
        ("O12345678A", "shape"),
        ("L1234567\u0663A", "shape"),
        ("L12345678\u0131", "shape"),
        ("A12345678B", "not_company"),
        ("I12345678B", "not_company"),
    ],
)
def test_a_wrong_nipt_is_refused_by_name(typed: str, code: str) -> None:
    with pytest.raises(NiptProblem) as refused:
        validate_nipt(typed)

    assert refused.value.code == code


@override_settings(NIPT_PATTERN=r"[J-O]\d{8}[A-Z]")
def test_the_next_decade_needs_a_setting_only() -> None:
    assert validate_nipt("O12345678A") == "O12345678A"


def test_tidying_a_nipt_never_refuses() -> None:
    assert normalise_nipt(" al ") == "AL"
    assert normalise_nipt("ç 1") == "ç1"


def test_a_customer_number_keeps_its_leading_zeros() -> None:
    assert normalise_customer_number(" 000 123 456 ") == "000123456"
    assert validate_customer_number("000\u00a0123\u00a0456") == "000123456"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "empty"), ("12345678", "length"), ("1234567890", "length"), ("12345678A", "digits"), ("١٢٣٤٥٦٧٨٩", "digits")],
)
def test_a_wrong_customer_number_is_refused_by_name(typed: str, code: str) -> None:
    with pytest.raises(CustomerNumberProblem) as refused:
        validate_customer_number(typed)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("typed", "bank", "branch", "account"),
    [
        ("AL47 2121 1009 0000 0002 3569 8741", "212", "1100", "0000000235698741"),
        ("al73 2051 1162 0000 01cl prcl all1", "205", "1116", "000001CLPRCLALL1"),
        ("AL60 2051 1162 0000 01CL PRCF EUR1", "205", "1116", "000001CLPRCFEUR1"),
        ("AL76\u00a02051 1162 0000 0000 0000 0042", "205", "1116", "0000000000000042"),
        ("AL41 2991 0018 0000 0004 1002 7315", "299", "1001", "0000000410027315"),
    ],
)
def test_an_albanian_iban_comes_apart(typed: str, bank: str, branch: str, account: str) -> None:
    iban = check_iban(typed)

    assert (iban.bank_code, iban.branch_code, iban.account_part, iban.is_albanian) == (bank, branch, account, True)
    assert iban.value == normalise_iban(typed)


@pytest.mark.parametrize("branch", ["20311003", "20311027", "20311010", "20351102", "20321208", "20312303", "21211009"])
def test_real_branches_carry_our_national_digit_even_where_the_sum_ends_in_zero(branch: str) -> None:
    assert national_check_digit(branch[:7]) == branch[7]


def _with_check_digits(bban: str) -> str:
    return f"AL{mod_97_10.calc_check_digits(bban + 'AL')}{bban}"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("AL47-2121-1009-0000-0002-3569-8741", "characters"),
        ("AL47 2121 1009 0000 0002 3569 874Ë", "characters"),
        ("ALL7 2121 1009 0000 0002 3569 8741", "characters"),
        (_with_check_digits("2121100A0000000235698741"), "characters"),
        ("ZZ47 2121 1009 0000 0002 3569 8741", "country"),
        ("4721 2110 0900 0000 0235 6987 41", "country"),
        ("A", "country"),
        ("AL47 2121 1009 0000 0002 3569 874", "length"),
        ("AL47 2121 1009 0000 0002 3569 8741 1", "length"),
        ("DE89 3704 0044 0532 0130 0", "length"),
        ("AL47 2121 1009 0000 0002 3569 8742", "mod97"),
        ("AL74 2121 1009 0000 0002 3569 8741", "mod97"),
        (_with_check_digits("212110080000000235698741"), "national_digit"),
    ],
)
def test_a_wrong_iban_is_refused_by_name(typed: str, code: str) -> None:
    with pytest.raises(IbanProblem) as refused:
        check_iban(typed)

    assert refused.value.code == code


def test_a_check_number_that_is_never_given_out_is_refused() -> None:
    candidates = (make_albanian_iban("212", "1100", f"{account:016d}") for account in range(1000))
    iban = next(iban for iban in candidates if iban[2:4] == "98")

    with pytest.raises(IbanProblem, match="mod97"):
        check_iban(f"AL01{iban[4:]}")


def test_an_iban_from_abroad_keeps_its_account_whole() -> None:
    iban = check_iban("DE89 3704 0044 0532 0130 00")

    assert (iban.is_albanian, iban.bank_code, iban.account_part) == (False, "", "370400440532013000")


@given(
    st.from_regex(r"[0-9]{3}", fullmatch=True),
    st.from_regex(r"[0-9]{4}", fullmatch=True),
    st.from_regex(r"[0-9A-Z]{16}", fullmatch=True),
)
def test_every_iban_that_we_make_is_one_that_we_accept(bank: str, branch: str, account: str) -> None:
    iban = check_iban(make_albanian_iban(bank, branch, account))

    assert (iban.bank_code, iban.branch_code, iban.account_part) == (bank, branch, account)


@pytest.mark.parametrize("parts", [("20", "1116", "0" * 16), ("205", "1116", "0" * 15), ("205", "1116", "a" * 16)])
def test_no_iban_is_made_of_wrong_parts(parts: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="no Albanian account"):
        make_albanian_iban(*parts)


def test_an_iban_is_printed_in_fours_and_named_by_its_tail() -> None:
    assert group_iban("AL76205111620000000000000042") == "AL76 2051 1162 0000 0000 0000 0042"
    assert account_tail("AL76 2051 1162 0000 0000 0000 0042") == "AL76..0042"


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("067 400 0018", "+355674000018"),
        ("+355 67 400 0018", "+355674000018"),
        ("00355674000018", "+355674000018"),
        ("0671234567", "+355671234567"),
        ("+355 (0) 4 2266 288", "+35542266288"),
        ("+39 06 1234 5678", "+390612345678"),
    ],
)
def test_a_possible_phone_of_any_country_is_accepted(typed: str, e164: str) -> None:
    assert normalise_phone(typed) == e164


@pytest.mark.parametrize(("typed", "code"), [("", "empty"), ("telefon", "shape"), ("12", "impossible")])
def test_an_impossible_phone_is_refused_by_name(typed: str, code: str) -> None:
    with pytest.raises(PhoneProblem) as refused:
        normalise_phone(typed)

    assert refused.value.code == code


def test_a_masked_phone_shows_its_owner_enough() -> None:
    assert mask_phone("+355674000018") == "+355 6• ••• •018"
    assert mask_phone("+12025550123") == "+1 2••-•••-•123"
