"""How many files people may hand in, of one case and together."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from accounts import audit
from complaints import attachments, cases, quotas
from complaints.attachments import Accepted
from complaints.models import Attachment, Case, Reply
from tests import builders
from tests.builders import AT
from tests.complaints import files, room

pytestmark = pytest.mark.django_db
SIZE = len(files.pdf())


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: object) -> None:
    settings.FILES_DIR = tmp_path


def allowed(settings: Settings, **limits: int) -> None:
    settings.ATTACHMENTS = settings.ATTACHMENTS | limits


def taken() -> list[Accepted]:
    return attachments.accept([files.upload(files.pdf())])


def write(case: Case, text: str, *, at: datetime = AT) -> Reply:
    return cases.write(case_id=case.pk, text=text, files=taken(), actor=audit.A_VISITOR, at=at)


def test_one_case_does_not_take_files_without_end(settings: Settings) -> None:
    allowed(settings, bytes_of_case_max=2 * SIZE)
    case = room.filed()
    write(case, "Një")
    write(case, "Dy")

    with pytest.raises(quotas.CaseIsFull):
        write(case, "Tre", at=AT + timedelta(days=3))
    cases.write(case_id=case.pk, text="Tre, pa skedar", actor=audit.A_VISITOR, at=AT)


def test_strangers_together_do_not_fill_the_disk_in_a_day(settings: Settings) -> None:
    allowed(settings, bytes_a_day_max=2 * SIZE)
    one, other = room.filed(), room.filed()
    write(one, "Një")
    write(other, "Dy")

    with pytest.raises(quotas.TooManyFilesToday):
        write(one, "Tre")
    write(one, "Tre", at=AT + timedelta(days=1, hours=1))


def test_whoever_signs_in_and_the_bank_do_not_wait_for_strangers(settings: Settings) -> None:
    allowed(settings, bytes_a_day_max=0)
    hers, strangers = room.filed_by(builders.user(builders.company())), room.filed()

    write(hers, "Fatura")
    room.answered(strangers)
    logged = cases.open_case(
        filing=room.plain(channel="email"), files=taken(), actor=audit.Actor(name="user:1", role="staff"), at=AT
    )
    assert Attachment.objects.filter(reply__case=logged).exists()


def test_the_same_words_with_another_file_are_another_reply() -> None:
    case = room.filed()

    first, second = write(case, "Ja fatura"), write(case, "Ja fatura")
    other = cases.write(
        case_id=case.pk,
        text="Ja fatura",
        files=attachments.accept([files.upload(files.png(), "a.png")]),
        actor=audit.A_VISITOR,
        at=AT,
    )

    assert first == second
    assert other != first
    assert Attachment.objects.get(reply=other).name == "a.png"


def test_what_is_refused_for_its_files_leaves_no_case(settings: Settings) -> None:
    allowed(settings, bytes_of_case_max=1)

    with pytest.raises(quotas.CaseIsFull):
        cases.open_case(filing=room.plain(), files=taken(), actor=audit.A_VISITOR, at=AT)
    assert not Case.objects.exists()
