"""Four eyes: what one of staff proposes another decides, once; around the ORM too."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts import audit, four_eyes, powers
from accounts.four_eyes import (
    AlreadyDecided,
    AlreadyProposed,
    OnlyTheProposerWithdraws,
    ProposerCannotDecide,
    RefusedWithoutReason,
    Stale,
)
from accounts.identifiers import mask_phone
from accounts.models import AuditEvent, Proposal
from accounts.refusals import Refusal
from tests import builders

pytestmark = pytest.mark.django_db

FULL, MASKED = "+355672000299", mask_phone("+355672000299")
MAKER, CHECKER = builders.STAFF, builders.SECOND
LATER = builders.AT + timedelta(minutes=5)


class NotToday(Refusal):
    sentence = "Jo sot."


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Proposal]:
    """A kind of act for the test alone; what was applied. `{"do": …}` makes it refuse."""
    applied: list[Proposal] = []

    def apply(proposal, actor, at):
        if proposal.new.get("do") == "stale":
            raise Stale
        if proposal.new.get("do") == "refuse":
            raise NotToday
        applied.append(proposal)
        audit.record("test.thing.done", actor=actor, at=at, details={"phone": proposal.new["phone"][-3:]})

    monkeypatch.setattr(four_eyes, "_kinds", dict(four_eyes._kinds))
    four_eyes.register(
        "test.thing",
        apply=apply,
        title="Provë",
        permission="accounts.change_phone",
        present=lambda proposal: [("celulari", str(proposal.old["phone"]), str(proposal.new["phone"]))],
        personal={"phone": mask_phone},
    )
    return applied


@pytest.fixture
def proposed(done: list[Proposal]) -> Proposal:
    return propose()


def propose(subject: str = "person:1", **new: str) -> Proposal:
    return four_eyes.propose(
        kind="test.thing",
        subject=subject,
        old={"phone": ""},
        new={"phone": FULL, **new},
        reason="Kërkesë e nënshkruar",
        actor=MAKER,
        at=builders.AT,
    )


def decide(verb, proposal: Proposal, actor: audit.Actor = CHECKER, **more: str) -> Proposal:
    return verb(proposal_id=proposal.pk, actor=actor, at=LATER, **more)


def test_a_colleague_approves_and_it_is_done_once(proposed, done):
    decided = decide(four_eyes.approve, proposed)

    assert (decided.status, decided.decided_by, decided.decided_at) == ("applied", CHECKER.name, LATER)
    assert len(done) == 1
    with pytest.raises(AlreadyDecided):
        decide(four_eyes.approve, proposed)
    assert len(done) == 1


def test_nobody_decides_what_she_proposed(proposed, done):
    with pytest.raises(ProposerCannotDecide):
        decide(four_eyes.approve, proposed, MAKER)
    with pytest.raises(ProposerCannotDecide):
        decide(four_eyes.refuse, proposed, MAKER, reason="Gabim")

    proposed.refresh_from_db()
    assert (proposed.status, done) == ("pending", [])
    assert AuditEvent.objects.filter(outcome="refused", reason="proposer_cannot_decide").count() == 2


def test_a_refused_proposal_is_never_done_and_says_why(proposed, done):
    with pytest.raises(RefusedWithoutReason):
        decide(four_eyes.refuse, proposed, reason="  ")
    decided = decide(four_eyes.refuse, proposed, reason="Firma nuk përputhet")

    assert (decided.status, decided.note, done) == ("refused", "Firma nuk përputhet", [])
    with pytest.raises(AlreadyDecided):
        decide(four_eyes.approve, proposed)


def test_only_the_proposer_withdraws(proposed, done):
    with pytest.raises(OnlyTheProposerWithdraws):
        decide(four_eyes.withdraw, proposed)
    decided = decide(four_eyes.withdraw, proposed, MAKER)

    assert (decided.status, decided.decided_by, done) == ("withdrawn", MAKER.name, [])


def test_one_subject_waits_once_for_each_kind(proposed):
    with pytest.raises(AlreadyProposed):
        propose()
    propose("person:2")
    decide(four_eyes.withdraw, proposed, MAKER)

    assert propose().status == "pending"


def test_a_refusal_of_the_act_leaves_the_proposal_pending(done):
    proposal = propose(do="refuse")

    with pytest.raises(NotToday):
        decide(four_eyes.approve, proposal)

    proposal.refresh_from_db()
    assert (proposal.status, proposal.new["phone"]) == ("pending", FULL)
    refused = AuditEvent.objects.get(event="bank.proposal.approved", outcome="refused")
    assert (refused.reason, refused.subject) == ("not_today", f"proposal:{proposal.pk}")


def test_what_the_proposer_saw_is_gone_so_the_proposal_ends(done):
    proposal = propose(do="stale")

    with pytest.raises(Stale):
        decide(four_eyes.approve, proposal)

    proposal.refresh_from_db()
    assert (proposal.status, proposal.new["phone"]) == ("failed", MASKED)


def test_a_full_phone_stands_in_a_proposal_only_while_it_waits_and_never_in_the_trail(proposed):
    assert four_eyes.in_words(proposed, is_masked=False) == [("celulari", "", FULL)]
    assert four_eyes.in_words(proposed, is_masked=True) == [("celulari", "", MASKED)]

    decide(four_eyes.approve, proposed)

    proposed.refresh_from_db()
    assert proposed.new["phone"] == MASKED
    assert four_eyes.in_words(proposed, is_masked=True) == [("celulari", "", MASKED)]
    trail = [bytes(event.record).decode() for event in AuditEvent.objects.all()]
    assert not any(FULL in record for record in trail)
    assert sum(MASKED in record for record in trail) == 2


def test_what_is_applied_leaves_both_traces(proposed):
    decide(four_eyes.approve, proposed)

    events = list(AuditEvent.objects.order_by("id").values_list("event", "actor"))[-3:]
    assert events == [
        ("bank.proposal.made", MAKER.name),
        ("test.thing.done", CHECKER.name),
        ("bank.proposal.approved", CHECKER.name),
    ]


def test_a_kind_of_an_older_release_can_still_be_refused(proposed):
    del four_eyes._kinds["test.thing"]

    decided = decide(four_eyes.refuse, proposed, reason="Lloj i vjetër")

    assert decided.new["phone"] == "•••"
    assert four_eyes.in_words(decided, is_masked=False) == [("phone", "", "•••")]


# --- The laws, around the ORM ----------------------------------------------------------------------------------------


DECIDE = (
    """UPDATE accounts_proposal SET status = %s, decided_by = %s, decided_at = now(), "new" = %s::jsonb WHERE id = %s"""
)
WITHOUT_PHONE = '{"phone": "•••"}'


def run(sql: str, *params: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        cursor.execute(sql, params)


@pytest.mark.parametrize("status", ["applied", "refused", "failed"])
def test_law_the_decider_is_not_the_proposer(proposed, status):
    with pytest.raises(IntegrityError, match="proposal_decider_is_not_its_proposer"):
        run(DECIDE, status, MAKER.name, WITHOUT_PHONE, proposed.pk)
    run(DECIDE, status, CHECKER.name, WITHOUT_PHONE, proposed.pk)


def test_law_only_the_proposer_withdraws(proposed):
    with pytest.raises(IntegrityError, match="proposal_decider_is_not_its_proposer"):
        run(DECIDE, "withdrawn", CHECKER.name, WITHOUT_PHONE, proposed.pk)
    run(DECIDE, "withdrawn", MAKER.name, WITHOUT_PHONE, proposed.pk)


def test_law_it_is_decided_once(proposed):
    run(DECIDE, "refused", CHECKER.name, WITHOUT_PHONE, proposed.pk)

    with pytest.raises(IntegrityError, match="proposal_is_decided_once"):
        run(DECIDE, "applied", CHECKER.name, WITHOUT_PHONE, proposed.pk)
    with pytest.raises(IntegrityError, match="proposal_is_decided_once"):
        run("UPDATE accounts_proposal SET note = 'x' WHERE id = %s", proposed.pk)


def test_law_somebody_decides_it(proposed):
    with pytest.raises(IntegrityError, match="proposal_is_pending_or_decided"):
        run(DECIDE, "applied", "", WITHOUT_PHONE, proposed.pk)
    with pytest.raises(IntegrityError, match=r"proposal_is_pending_or_decided|proposal_decider_is_not"):
        run(DECIDE, "forgotten", CHECKER.name, WITHOUT_PHONE, proposed.pk)


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'x'",
        "proposed_by = 'user:0'",
        "subject = 'person:2'",
        "kind = 'other'",
        "personal = '[]'",
        """"new" = '{"phone": "•••", "more": "x"}'""",
        """"old" = '{"phone": "", "more": "x"}'""",
    ],
)
def test_law_it_stays_as_proposed(proposed, change):
    decided = "status = 'applied', decided_by = 'user:9', decided_at = now()"
    with pytest.raises(IntegrityError, match="proposal_stays_as_proposed"):
        run(f"UPDATE accounts_proposal SET {decided}, {change} WHERE id = %s", proposed.pk)


def test_law_a_pending_one_changes_in_nothing(proposed):
    with pytest.raises(IntegrityError, match="proposal_is_decided_once"):
        run("""UPDATE accounts_proposal SET "new" = '{"phone": "+355670000000"}' WHERE id = %s""", proposed.pk)


def test_law_a_decided_one_shows_nothing_personal(proposed):
    with pytest.raises(IntegrityError, match="decided_proposal_shows_nothing_personal"):
        run(DECIDE, "applied", CHECKER.name, f'{{"phone": "{FULL}"}}', proposed.pk)


def test_law_it_begins_pending(proposed):
    run(DECIDE, "refused", CHECKER.name, WITHOUT_PHONE, proposed.pk)
    columns = 'kind, subject, "old", "new", personal, reason, proposed_by, proposed_at, status, decided_by, decided_at'
    columns += ", note"
    copy = f"INSERT INTO accounts_proposal (id, {columns}) SELECT gen_random_uuid(), {columns} FROM accounts_proposal"

    with pytest.raises(IntegrityError, match="proposal_begins_pending"):
        run(f"{copy} WHERE id = %s", proposed.pk)


def test_law_one_pending_proposal_per_kind_and_subject(proposed):
    with pytest.raises(IntegrityError, match="one_pending_proposal_per_kind_and_subject"), transaction.atomic():
        Proposal.objects.create(
            kind="test.thing", subject="person:1", old={}, new={}, proposed_by="x", proposed_at=LATER
        )


def test_law_none_is_deleted(proposed):
    with pytest.raises(ProgrammingError, match="permission denied"):
        run("DELETE FROM accounts_proposal")
    with pytest.raises(IntegrityError, match="proposals_are_never_deleted"), transaction.atomic():
        proposed.delete()


# --- What waits too long, or for a release that is gone --------------------------------------------------------------


def test_what_nobody_decides_in_time_ends_and_shows_nothing_personal(settings) -> None:
    person = builders.user().person
    assert person is not None, "a customer has a person"
    proposal = powers.propose_phone(person=person, phone=FULL, reason="Humbi", actor=MAKER, at=builders.AT)
    end = builders.AT + timedelta(days=settings.PROPOSAL_LIFE_DAYS)

    assert [four_eyes.expire(at=moment) for moment in (end, end + timedelta(seconds=1))] == [0, 1]

    proposal.refresh_from_db()
    assert (proposal.status, proposal.note, proposal.decided_by) == ("failed", "expired", "clock")
    assert proposal.new == {"phone": MASKED}
    assert AuditEvent.objects.filter(event="bank.proposal.failed", outcome="done").count() == 1


def test_a_kind_of_an_older_release_shows_nothing_personal_to_who_may_only_look(monkeypatch) -> None:
    person = builders.user().person
    assert person is not None, "a customer has a person"
    proposal = powers.propose_phone(person=person, phone=FULL, reason="Humbi", actor=MAKER, at=builders.AT)
    monkeypatch.delitem(four_eyes._kinds, powers.PHONE)

    assert FULL not in str(four_eyes.in_words(proposal, is_masked=True))
    assert FULL in str(four_eyes.in_words(proposal, is_masked=False))
