"""`manage.py verify_books` and `verify_audit`: what they print, and the status with which they end."""

import json

import pytest
from django.core.management import CommandError, call_command

from accounts import books_check
from bkt_portal import verification
from tests import builders
from tests.bank_database import BankDatabase
from tests.builders import AT
from tests.tampering import tamper

HELD = "UPDATE accounts_bankaccount SET held_minor = held_minor + 1 WHERE id = {}"
SEQUENCE = "UPDATE accounts_bankaccount SET last_sequence = last_sequence + 1 WHERE id = {}"
CUT = "DELETE FROM accounts_auditevent WHERE chain = 'bank' AND sequence > 1"


@pytest.fixture
def account(db, clock_at, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    clock_at(AT.replace(year=AT.year + 1))
    return builders.funded(builders.company(), 1_000)


def run(capsys, *arguments, status=0):
    """What a command printed, once it ended with this status."""
    if status:
        with pytest.raises(SystemExit) as end:
            call_command(*arguments)
        assert end.value.code == status
    else:
        call_command(*arguments)
    return capsys.readouterr()


def test_right_books_end_with_status_zero_and_a_line_for_every_law(account, capsys):
    out = run(capsys, "verify_books").out

    lines = out.splitlines()
    assert [line.split()[0] for line in lines[1:-2]] == [law.name for law in books_check.laws()]
    assert lines[-1] == f"The books are right: {len(books_check.laws())} laws hold."


def test_a_broken_law_is_named_with_its_place_and_ends_the_walk(account, capsys):
    tamper(HELD.format(account.pk), SEQUENCE.format(account.pk))

    out = run(capsys, "verify_books", status=1).out

    assert f"account_knows_its_last_entry: account:{account.pk}: expected 1, " in out
    assert "held_is_the_sum_of_the_active_holds" not in out
    assert "laws were not asked" in out


def test_all_goes_on_after_a_broken_law(account, capsys):
    tamper(HELD.format(account.pk), SEQUENCE.format(account.pk))

    told = json.loads(run(capsys, "verify_books", "--all", "--json", status=1).out)

    broken = {law["law"]: law["breaches"] for law in told["laws"] if law["breaches"]}
    assert broken == {"account_knows_its_last_entry": 1, "held_is_the_sum_of_the_active_holds": 1}
    assert told["holds"] is False
    assert len(told["laws"]) == len(books_check.laws())


def test_json_of_right_books_says_so(account, capsys):
    told = json.loads(run(capsys, "verify_books", "--json").out)

    assert told["holds"] is True
    assert all(law["means"].endswith(".") and law["rows"] >= 0 for law in told["laws"])


def test_progress_is_told_on_standard_error_where_it_is_wanted(account, capsys):
    wanted = run(capsys, "verify_books", "--progress").err
    not_wanted = run(capsys, "verify_books").err

    assert "posting_balances 100 %" in wanted
    assert not_wanted == ""


def test_one_line_for_the_start_of_the_demo(account):
    tamper(HELD.format(account.pk))

    line = verification.sentence(books_check.check(at=AT.replace(year=AT.year + 1)))

    assert line == (
        "THE BOOKS ARE NOT RIGHT: held_is_the_sum_of_the_active_holds; "
        f"first at account:{account.pk}: expected 0, found 1."
    )


def test_the_runtime_role_can_verify_and_sees_all_of_it(fresh_bank: BankDatabase, clock_at, settings, tmp_path, capsys):
    settings.FILES_DIR = tmp_path
    clock_at(AT)
    builders.funded(builders.company(), 1_000)

    out = run(capsys, "verify_books").out + run(capsys, "verify_audit").out

    assert "The books are right" in out
    assert "The trail is whole." in out


def test_a_whole_trail_ends_with_status_zero(account, capsys):
    told = json.loads(run(capsys, "verify_audit", "--json").out)

    assert told["holds"] is True
    assert told["chains"] >= 1
    assert told["events"] >= 1


def test_a_broken_chain_ends_with_status_one(account, capsys):
    tamper(CUT)

    out = run(capsys, "verify_audit", status=1).out

    assert "bank, event 1: the head does not fit the last event" in out
    assert "THE TRAIL IS BROKEN." in out


def test_the_head_that_was_kept_last_shows_a_cut_that_nothing_else_shows(account, capsys, tmp_path):
    kept = tmp_path / "audit-heads" / "2026-11-20.json"
    assert "Heads kept in" in run(capsys, "verify_audit", "--export-head", str(kept)).out
    first = "(SELECT hash FROM accounts_auditevent WHERE chain = 'bank')"
    tamper(CUT, f"UPDATE accounts_auditchain SET count = 1, head = {first} WHERE name = 'bank'")

    by_default = run(capsys, "verify_audit", status=1).out
    by_name = run(capsys, "verify_audit", "--head", str(kept), status=1).out
    kept.unlink()
    without = run(capsys, "verify_audit").out

    assert "the tail is cut" in by_default
    assert "the tail is cut" in by_name
    assert "Compared with no kept heads" in without


def test_heads_are_never_written_over(account, capsys, tmp_path):
    file = tmp_path / "heads.json"
    run(capsys, "verify_audit", "--export-head", str(file))

    with pytest.raises(CommandError, match="never written over"):
        call_command("verify_audit", "--export-head", str(file))


def test_heads_of_a_broken_trail_are_not_kept(account, capsys, tmp_path):
    file = tmp_path / "heads.json"
    tamper(CUT)

    run(capsys, "verify_audit", "--export-head", str(file), status=1)

    assert not file.exists()


def test_a_file_of_heads_that_cannot_be_read_is_told_in_a_sentence(account, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", "--head", str(tmp_path / "none.json"))
