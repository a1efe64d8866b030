"""The roles of the staff: laid down by every migrate, complete, and no wider than they say."""

from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.urls import reverse

from accounts import four_eyes
from bkt_portal import staff_roles
from bkt_portal.staff_roles import ROLES
from tests import builders
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db


def labels(role: str) -> set[str]:
    permissions = Group.objects.get(name=role).permissions.select_related("content_type")
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}


def one_of(role: str):
    user = builders.staff(superuser=False)
    user.groups.add(Group.objects.get(name=role))
    return user


def test_a_migrate_lays_down_every_role():
    assert {group.name for group in Group.objects.all()} >= set(ROLES)
    assert all(labels(role) for role in ROLES)


def test_every_permission_that_a_role_names_exists():
    known = set().union(*({f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.all()},))
    named = {pattern for patterns in ROLES.values() for pattern in patterns if "*" not in pattern}

    assert named - known == set()


def test_a_second_time_changes_nothing_and_takes_back_what_was_added_by_hand():
    before = {role: labels(role) for role in ROLES}
    Group.objects.get(name="Auditor").permissions.add(Permission.objects.get(codename="reverse_posting"))

    staff_roles.lay_down(sender=apps.get_app_config("admin"), using="default")

    assert {role: labels(role) for role in ROLES} == before


def test_a_role_that_is_no_more_gives_nothing():
    gone = Group.objects.create(name="Rol i vjetër")
    gone.permissions.add(Permission.objects.get(codename="reverse_posting"))

    staff_roles.lay_down(sender=apps.get_app_config("admin"), using="default")

    assert labels("Rol i vjetër") == set()


def test_the_auditor_only_looks():
    assert {label.split(".")[1].split("_")[0] for label in labels("Auditor")} == {"view"}


def test_the_contact_centre_sees_no_money():
    assert labels("Qendra e kontaktit") == {
        "auth_flow.view_accessblock",
        "auth_flow.change_accessblock",
        "auth_flow.view_securitycase",
        "auth_flow.work_securitycase",
        "complaints.log_case",
    }


def test_the_administrator_acts_on_no_customer_and_no_posting():
    acts = {kind.permission for kind in four_eyes.kinds()} | {"accounts.enrol_customer"}

    assert labels("Administrator") & acts == set()


def test_every_kind_of_proposal_has_a_role_that_decides_it():
    held = set().union(*(labels(role) for role in ROLES))

    assert {kind.permission for kind in four_eyes.kinds()} <= held


def test_a_role_opens_its_desks_and_no_others():
    agent = at_the_desk(one_of("Qendra e kontaktit"))
    branch = at_the_desk(one_of("Degë"))

    assert agent.get(reverse("admin:desk")).status_code == 200
    assert agent.get(reverse("admin:accounts_bankaccount_changelist")).status_code == 403
    assert agent.get(reverse("admin:accounts_proposal_changelist")).status_code == 403
    assert branch.get(reverse("admin:accounts_company_changelist")).status_code == 200
    assert branch.get(reverse("admin:accounts_posting_changelist")).status_code == 403
    assert branch.get(reverse("admin:desk")).status_code == 403


def test_migrating_again_is_quiet():
    said = StringIO()
    call_command("migrate", verbosity=1, stdout=said)

    assert "No migrations to apply" in said.getvalue()
    assert all(labels(role) for role in ROLES)
