"""What a user is told: in the transaction of the act, in words, and read once."""

import pytest
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.models import Notice
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db
KIND = "tests.thing.done"


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "_sentences", {KIND: _("U bë %(what)s.")})


def test_a_notice_reads_as_its_kind_says() -> None:
    notice = notices.tell(builders.user(), KIND, {"what": "një provë"}, AT)

    assert notices.in_words(notice) == "U bë një provë."


@pytest.mark.parametrize(("kind", "facts"), [("tests.unknown", {}), (KIND, {}), (KIND, {"other": 1})])
def test_what_has_no_words_sends_to_the_contact_centre(kind: str, facts: dict[str, int]) -> None:
    notice = Notice.objects.create(user=builders.user(), kind=kind, facts=facts, created_at=AT)

    assert notices.in_words(notice) == str(notices.UNKNOWN)


def test_what_was_rolled_back_was_never_told() -> None:
    user = builders.user()
    with transaction.atomic():
        notices.tell(user, KIND, {}, AT)
        transaction.set_rollback(True)

    assert not notices.of(user).exists()


def test_each_reads_her_own_and_only_once() -> None:
    user, stranger = builders.user(), builders.user()
    notices.tell(user, KIND, {}, AT)
    notices.tell(stranger, KIND, {}, AT)

    assert notices.mark_seen(user=user, at=AT) == 1
    assert notices.mark_seen(user=user, at=AT) == 0
    assert (notices.unseen_count(user), notices.unseen_count(stranger)) == (0, 1)
