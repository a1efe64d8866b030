"""The trail, recomputed: whatever an owner does to it with the triggers off shows, by the trail or by kept heads."""

import json
import stat
from datetime import timedelta

import pytest

from accounts import audit, audit_heads
from accounts.models import AuditEvent
from tests import builders
from tests.builders import AT
from tests.tampering import tamper

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain() -> str:
    """The chain of one company, six events long."""
    company = builders.company()
    actor = audit.Actor(name="user:1", role="customer", company_id=str(company.pk))
    name = audit.chain_name(actor.company_id)
    while AuditEvent.objects.filter(chain=name).count() < 6:
        audit.record("test.thing.done", actor=actor, at=AT, details={"how": "thoroughly"})
    return name


@pytest.fixture
def kept(chain, tmp_path):
    file = tmp_path / "audit-heads" / "kept.json"
    audit_heads.export(file, at=AT)
    return audit_heads.read(file)


def breaches(kept=None):
    found = audit_heads.recompute(kept=kept or {})
    return {line.chain: (line.breach.sequence, line.breach.what) for line in found if line.breach}


def hashed_anew(chain, since):
    """As an owner would who wants the chain to fit: every hash from `since` on, and the head."""
    return (
        f"DO $$ DECLARE e record; before bytea; BEGIN"
        f" SELECT coalesce((SELECT hash FROM accounts_auditevent WHERE chain = '{chain}' AND sequence < {since}"
        f" ORDER BY sequence DESC LIMIT 1), ''::bytea) INTO before;"
        f" FOR e IN SELECT * FROM accounts_auditevent WHERE chain = '{chain}' AND sequence >= {since} ORDER BY sequence"
        f" LOOP UPDATE accounts_auditevent SET previous_hash = before, hash = sha256(before || e.record)"
        f" WHERE id = e.id RETURNING hash INTO before; END LOOP;"
        f" UPDATE accounts_auditchain SET head = before, count = (SELECT count(*) FROM accounts_auditevent"
        f" WHERE chain = '{chain}') WHERE name = '{chain}'; END $$"
    )


def test_an_honest_trail_is_whole_and_every_event_was_looked_at(chain, kept):
    found = {line.chain: line for line in audit_heads.recompute(kept=kept)}

    assert breaches(kept) == {}
    assert found[chain].events == 6
    assert "bank" in found


def test_changed_bytes_show(chain):
    tamper(f"UPDATE accounts_auditevent SET record = record || 'x' WHERE chain = '{chain}' AND sequence = 3")

    assert breaches() == {chain: (3, "hash differs from the record")}


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("actor", "'user:2'", "a column differs from the record"),
        ("at", "at + interval '1 second'", "the moment differs from the record"),
    ],
)
def test_a_column_that_says_something_else_than_the_bytes_shows(chain, column, value, what):
    tamper(f"UPDATE accounts_auditevent SET {column} = {value} WHERE chain = '{chain}' AND sequence = 3")

    assert breaches() == {chain: (3, what)}


def test_events_that_changed_places_show(chain):
    swap = "UPDATE accounts_auditevent SET sequence = CASE sequence {} END WHERE chain = '{}' AND sequence IN ({})"
    tamper(
        swap.format("WHEN 3 THEN 103 WHEN 4 THEN 104", chain, "3, 4"),
        swap.format("WHEN 103 THEN 4 WHEN 104 THEN 3", chain, "103, 104"),
    )

    assert breaches() == {chain: (3, "previous hash differs")}


def test_an_event_taken_out_of_the_middle_shows(chain):
    tamper(f"DELETE FROM accounts_auditevent WHERE chain = '{chain}' AND sequence = 3")

    assert breaches() == {chain: (4, "expected sequence 3")}


def test_a_cut_tail_shows_by_the_head(chain):
    tamper(f"DELETE FROM accounts_auditevent WHERE chain = '{chain}' AND sequence > 4")

    assert breaches() == {chain: (4, "the head does not fit the last event")}


def test_the_head_of_a_company_that_is_missing_shows(chain):
    tamper(f"DELETE FROM accounts_auditchain WHERE name = '{chain}'")

    assert breaches() == {chain: (6, "the head is missing")}


def test_a_tail_cut_together_with_its_head_shows_by_the_kept_head_alone(chain, kept):
    tamper(f"DELETE FROM accounts_auditevent WHERE chain = '{chain}' AND sequence > 4", hashed_anew(chain, 1))

    assert breaches() == {}
    assert breaches(kept) == {chain: (4, "the tail is cut: 6 events are known from the head that was kept")}
    assert audit_heads.lost(kept).keys() == {chain}


def test_a_chain_that_vanished_altogether_shows_by_the_kept_head_alone(chain, kept):
    tamper(
        f"DELETE FROM accounts_auditevent WHERE chain = '{chain}'",
        f"DELETE FROM accounts_auditchain WHERE name = '{chain}'",
    )

    assert breaches() == {}
    assert breaches(kept) == {chain: (0, "the tail is cut: 6 events are known from the head that was kept")}


def test_a_history_written_anew_shows_by_the_kept_head_alone(chain, kept):
    """Bytes and columns changed alike, every later hash made to fit."""
    forged = "replace(convert_from(record, 'UTF8'), 'test.thing.done', 'test.thing.gone')"
    tamper(
        f"UPDATE accounts_auditevent SET event = 'test.thing.gone', record = convert_to({forged}, 'UTF8')"
        f" WHERE chain = '{chain}' AND sequence = 3 AND event = 'test.thing.done'",
        hashed_anew(chain, 3),
    )

    assert breaches() == {}
    assert breaches(kept) == {chain: (6, "hash differs from the head that was kept")}
    assert audit_heads.lost(kept).keys() == {chain}


def test_bytes_that_are_no_record_show_although_their_hash_fits(chain):
    tamper(
        f"UPDATE accounts_auditevent SET record = 'nothing' WHERE chain = '{chain}' AND sequence = 3",
        hashed_anew(chain, 3),
    )

    assert breaches() == {chain: (3, "the record cannot be read")}


def test_a_chain_that_grew_since_its_head_was_kept_is_whole(chain, kept):
    actor = audit.Actor(name="user:1", role="customer", company_id=chain.removeprefix("company:"))
    audit.record("test.thing.done", actor=actor, at=AT + timedelta(days=1))

    assert breaches(kept) == {}
    assert audit_heads.lost(kept) == {}


def test_kept_heads_are_for_their_owner_alone_and_never_written_over(chain, tmp_path):
    file = tmp_path / "heads" / "2026-11-20.json"
    audit_heads.export(file, at=AT)
    before = file.read_bytes()

    with pytest.raises(audit_heads.FileExists):
        audit_heads.export(file, at=AT + timedelta(hours=1))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "chains": {"bank": {"count": 1}}}']
)
def test_a_file_that_holds_no_heads_is_refused(tmp_path, content):
    file = tmp_path / "heads.json"
    file.write_text(content)

    with pytest.raises(audit_heads.NoHeads):
        audit_heads.read(file)


def test_the_file_says_when_it_was_written_and_names_every_chain(chain, tmp_path):
    file = tmp_path / "heads.json"

    audit_heads.export(file, at=AT)

    content = json.loads(file.read_text())
    assert content["at"] == AT.isoformat()
    assert content["chains"][chain]["count"] == 6
    assert content["chains"].keys() >= {"bank", chain}
