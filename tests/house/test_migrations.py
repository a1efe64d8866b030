"""The laws as a whole: nothing takes rows with it when it goes, and every law has one name that says what it rules."""

import re
from collections import Counter

from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from accounts.ledger import REFUSED_BY_LAW
from tests.house.sources import PACKAGES, ROOT, modules

TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)")
NAMED = re.compile(r"refuse\('(\w+)'|books_are_append_only\('(\w+)'")
# A device of django-otp belongs to its user by the library's own definition; it proves nothing that must be kept.
CASCADES = {"auth_flow.FnpDevice.user"}


def test_nothing_goes_because_something_else_did() -> None:
    found = {
        f"{model._meta.label}.{field.name}"
        for model in _models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT
    }

    assert found <= CASCADES


def test_every_constraint_has_a_name_of_its_own() -> None:
    names = Counter(constraint.name for model in _models() for constraint in model._meta.constraints)

    assert [name for name, count in names.items() if count > 1] == []


def test_a_trigger_and_a_constraint_never_share_a_name() -> None:
    triggers = Counter(TRIGGER.findall(_migrations()))
    constraints = {constraint.name for model in _models() for constraint in model._meta.constraints}

    assert [name for name, count in triggers.items() if count > 1] == []
    assert constraints & triggers.keys() == set()


def test_a_law_reads_like_a_sentence() -> None:
    refused = {name for pair in NAMED.findall(_migrations()) for name in pair if name}
    constraints = {str(constraint.name) for model in _models() for constraint in model._meta.constraints}
    laws = refused | constraints

    assert laws
    assert [law for law in sorted(laws) if not re.fullmatch(r"[a-z]+(_[a-z]+)+", law)] == []


def test_every_sentence_the_ledger_has_for_a_law_is_for_one_that_exists() -> None:
    known = {name for pair in NAMED.findall(_migrations()) for name in pair if name}
    known |= {str(constraint.name) for model in _models() for constraint in model._meta.constraints}

    assert set(REFUSED_BY_LAW) <= known


def test_every_room_has_one_last_migration() -> None:
    conflicts = MigrationLoader(None).detect_conflicts()

    assert {room: names for room, names in conflicts.items() if room in PACKAGES} == {}


def test_every_migration_says_in_its_name_what_it_rules() -> None:
    files = [path for name, path in modules(with_migrations=True).items() if ".migrations." in name]

    assert files
    assert [path.name for path in files if not re.fullmatch(r"\d{4}_[a-z]+(_[a-z]+)*\.py", path.name)] == []
    assert [path.name for path in files if re.search(r"_(auto|alter|initial)", path.name)] == []


def _models() -> list[type[models.Model]]:
    return [model for package in PACKAGES for model in apps.get_app_config(package).get_models()]


def _migrations() -> str:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package / "migrations").glob("0*.py"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)
