"""No whole card number comes in, however it is written; and no IBAN goes for one."""

from pathlib import Path

import pytest

from accounts.core_feed import card_numbers
from accounts.models import Posting
from tests import builders
from tests.core_messages import Ntry, brought

CARD = "4111111111111111"


@pytest.mark.parametrize(
    "text",
    [
        CARD,
        f"KARTA {CARD} 05/27",
        "4111 1111 1111 1111 05",
        "4111 1111 1111 1111 05 27 123",
        "5555555555554444 12.10.2026",
        "PAN 2223003122003222",
        "4111.1111.1111.1111",
        "4111-1111-1111-1111",
        "4111\u00a01111\u00a01111\u00a01111",
        f"ref 12 {CARD}",
        f"99{CARD}99",
        "378282246310005",
        "6011000990139424",
    ],
)
def test_a_card_s_number_is_hidden_whatever_stands_around_it(text: str) -> None:
    shown = card_numbers.hidden(text)

    assert card_numbers.is_in(text)
    assert "••••" in shown
    assert not card_numbers.is_in(shown)


def test_its_last_digits_and_all_other_words_stay() -> None:
    assert card_numbers.hidden(f"POS {CARD} TIRANE 7") == "POS •••• 1111 TIRANE 7"


@pytest.mark.parametrize(
    "text",
    [
        "Fatura 2026/117",
        "4111111111111112",
        "1111111111111117",
        builders.OTHER_BANK_IBAN,
        f"Nga {builders.OTHER_BANK_IBAN} për qira",
        "AL47 2121 1009 0000 0002 3569 8741",
        "20261120 100000 2026",
    ],
)
def test_what_is_no_card_s_number_stays(text: str) -> None:
    assert card_numbers.hidden(text) == text


@pytest.mark.django_db
def test_references_hide_it_too_and_still_tell_entries_apart(tmp_path: Path) -> None:
    account = builders.funded(builders.company(), 1_000)
    first = Ntry("1.00", reference=CARD, end_to_end_id=CARD)
    second = Ntry("1.00", reference=f"5{CARD[1:]}1111", end_to_end_id="X")

    report = brought(tmp_path, account, first, second)
    again = brought(tmp_path, account, first, Ntry("7.00"))

    assert (report.counts, again.counts) == ({"booked": 2}, {"unchanged": 1, "booked": 1})
    written = " ".join(f"{posting.key} {posting.end_to_end_id}" for posting in Posting.objects.all())
    assert CARD not in written
