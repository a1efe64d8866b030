"""Complaints under many hands: what is counted holds at one moment too, and no word is added to what has ended."""

from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts import audit
from complaints import attachments, cases, quotas, spam
from complaints.models import Attachment, Case
from tests import builders
from tests.bank_database import BankDatabase
from tests.complaints import files, room
from tests.concurrency.races import all_at_once, refusals

HANDS = 8


def test_a_strangers_mailbox_is_not_filled_at_one_moment(bank: BankDatabase) -> None:
    ends = all_at_once(*[partial(room.filed, email="victim@example.com")] * HANDS)

    assert refusals(ends) == [spam.TooManyCases] * (HANDS - spam.PER_ADDRESS_MAX)
    assert Case.objects.count() == spam.PER_ADDRESS_MAX


def test_a_disk_is_not_filled_at_one_moment(bank: BankDatabase, settings: Settings, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path
    settings.ATTACHMENTS = settings.ATTACHMENTS | {"bytes_a_day_max": 3 * len(files.pdf())}
    threads = [
        (room.filed(email=f"{hand}@example.com"), attachments.accept([files.upload(files.pdf())]))
        for hand in range(HANDS)
    ]

    ends = all_at_once(
        *(
            partial(cases.write, case_id=case.pk, text="Ja", files=sent, actor=audit.A_VISITOR, at=builders.AT)
            for case, sent in threads
        )
    )

    assert refusals(ends) == [quotas.TooManyFilesToday] * (HANDS - 3)
    assert Attachment.objects.count() == 3


@pytest.mark.parametrize("_round", range(3))
def test_a_final_answer_and_a_word_of_the_customer_meet(bank: BankDatabase, _round: int) -> None:
    case = room.filed()

    all_at_once(
        partial(room.answered, case, is_final=True),
        partial(cases.write, case_id=case.pk, text="Edhe kjo.", actor=audit.A_VISITOR, at=builders.AT),
    )

    case.refresh_from_db()
    last = case.replies.order_by("pk").last()
    assert last is not None
    assert (last.kind, case.status) in {("bank", "final"), ("customer", "open")}
