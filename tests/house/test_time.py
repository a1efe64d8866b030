"""Two clocks and no third: the moment comes in by argument, and from accounts/clock.py alone."""

import re
from pathlib import Path

from tests.house.sources import calls, modules, shown, texts

OTHER_CLOCKS = re.compile(
    r"(^|\.)(datetime|date|timezone)\.(now|today|utcnow|localtime|localdate)$|^time\.(time|localtime|gmtime)$|(^|\.)Now$"
)
SQL_CLOCKS = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|\bcurrent_(date|time|timestamp)\b", re.I
)
CLOCK = "accounts/clock.py"

# Who may ask what time it is; everybody else is told (`at=`).
ASKERS_OF_THE_BANK = {
    "views.py": "pages",
    "pages.py": "pages",
    "deliveries.py": "pages",
    "hooks.py": "pages",
    "tasks.py": "the clock as a user",
    "admin.py": "the staff's pages",
    "middleware.py": "every request",
    "decorators.py": "a page refused before any verb",
    "verbs.py": "a refusal recorded after the rollback",
    "staff_trail.py": "Django's door tells no moment",
    "staff_site.py": "the staff's pages, and Django calls its form without a moment",
    "header.py": "the moment of a request, for all of its page",
    "checks.py": "a command",
    "demo_bank.py": "a command",
    "demo_clearing.py": "a command",
    "import_core.py": "a command",
    "set_clock.py": "a command",
    "staff.py": "a command",
    "verify_books.py": "a command",
    "verify_audit.py": "a command",
}
ASKERS_OF_THE_MACHINE = ASKERS_OF_THE_BANK | {
    "outbox.py": "an errand, which is a task",
    "close_run.py": "a lease",
    "retention.py": "an errand, which gives up in time",
    "mail.py": "an errand too",
    "backends.py": "Django calls it without a moment",
    "staff_session.py": "every request of staff",
    "export_jobs.py": "a file takes minutes, and is kept for a day from when it is there",
    "paper_seal.py": "a certificate holds by the machine's clock, whose moment the signature bears",
    "time_travel.py": "the distance between both clocks",
    "demo.py": "a command",
    "clock.py": "the clock itself",
    "approvals.py": "codes live by the machine's clock, signatures by the bank's",
}


def test_nothing_but_the_clock_asks_the_machine_for_the_time() -> None:
    found = [
        f"{shown(path, call)} {name}"
        for path in _everything()
        if shown(path) != CLOCK
        for call, name in calls(path)
        if OTHER_CLOCKS.search(name)
    ]

    assert found == []


def test_no_sql_asks_the_database_for_the_time() -> None:
    found = [shown(path, text) for path in _everything() for text in texts(path) if SQL_CLOCKS.search(str(text.value))]

    assert found == []


def test_no_column_fills_in_the_time_by_itself() -> None:
    found = [
        shown(path, call)
        for path in _everything()
        for call, _name in calls(path)
        if {keyword.arg for keyword in call.keywords} & {"auto_now", "auto_now_add"}
    ]

    assert found == []


def test_only_pages_tasks_and_commands_look_at_the_banks_clock() -> None:
    assert _askers("clock.now") <= ASKERS_OF_THE_BANK.keys()


def test_only_they_and_the_errands_look_at_the_machines_clock() -> None:
    assert _askers("clock.machine") <= ASKERS_OF_THE_MACHINE.keys()


def _askers(clock: str) -> set[str]:
    """Names of files; the modules of a package of pages count as one, and so do the desks of the staff."""
    askers = [path for path in modules().values() if any(name == clock for _call, name in calls(path))]
    return {_role(path) for path in askers}


def _role(path: Path) -> str:
    if path.parent.name in {"pages", "views"}:
        return "pages.py"
    is_a_desk = path.name.startswith("desk") and path.parent.name in {"accounts", "auth_flow", "payments"}
    return "admin.py" if is_a_desk else path.name


def _everything() -> list[Path]:
    return list(modules(with_migrations=True).values())
