"""Cases for tests, through the verbs alone, and who works on them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group

from accounts import audit
from accounts.models import User
from complaints import answers, cases
from complaints.cases import Filing
from complaints.models import Case
from tests import builders

PLAIN = Filing(
    kind="complaint",
    channel="web",
    text="Komisioni u mor dy herë.",
    name="Drita Leka",
    email="drita@example.com",
    phone="",
    submit_key="",
)
AGENT = audit.Actor(name="user:agent", role="staff")


def plain(**changes: Any) -> Filing:
    """A form of its own, not yet filed."""
    return replace(PLAIN, **{"submit_key": f"key-{builders.unique()}", **changes})


def filed(*, at: datetime = builders.AT, **changes: Any) -> Case:
    """A stranger's complaint, or whatever it is changed to."""
    return cases.open_case(filing=plain(**changes), actor=audit.A_VISITOR, at=at)


def filed_by(user: User, *, at: datetime = builders.AT, **changes: Any) -> Case:
    """A message of somebody who is signed in for her only company."""
    mandate = builders.mandate_of(user)
    own = {"kind": "message", "channel": "portal", "email": "", "user": user, "company": mandate.company}
    filing = replace(PLAIN, name=user.full_name, submit_key=f"key-{builders.unique()}", **{**own, **changes})
    return cases.open_case(filing=filing, actor=audit.actor_of(mandate), at=at)


def answered(
    case: Case, text: str = "Ju kthyem komisionin.", *, is_final: bool = False, at: datetime = builders.AT
) -> Case:
    return answers.answer(case_id=case.pk, text=text, is_final=is_final, actor=AGENT, at=at)


def staff_of(role: str) -> User:
    """Somebody of staff in this role; none for the empty name."""
    user = builders.staff(superuser=False)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user
