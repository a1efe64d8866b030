"""What staff may do, by role: groups of permissions that stand in the code and are laid down by every migrate.

Nobody edits a group by hand: whoever widens a role changes this file, and a second person reads the change. What takes
two people takes two of a role: a permission lets one propose, and lets another decide (accounts.four_eyes).
"""

from fnmatch import fnmatchcase
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

ROOMS = ("accounts", "auth_flow", "payments", "statements", "complaints")

# By the group's name: `app.codename`, where * stands for anything.
ROLES: dict[str, tuple[str, ...]] = {
    "Degë": (
        "accounts.view_company",
        "accounts.view_person",
        "accounts.view_user",
        "accounts.view_mandate",
        "accounts.view_agreement",
        "accounts.view_card",
        "accounts.view_activation",
        "accounts.view_bankaccount",
        "accounts.view_proposal",
        "accounts.enrol_customer",
        "accounts.issue_card",
        "accounts.activate_mandate",
        "accounts.change_phone",
        "accounts.widen_mandate",
        "payments.view_approvalrule",
        "payments.view_paymentlimit",
        "payments.set_limit",
        "payments.set_signers",
        "complaints.log_case",
    ),
    "Operacione": (
        "accounts.view_company",
        "accounts.view_bankaccount",
        "accounts.view_posting",
        "accounts.view_entry",
        "accounts.view_hold",
        "accounts.view_bankday",
        "accounts.close_bankday",
        "accounts.view_banner",
        "accounts.place_banner",
        "accounts.*_bankholiday",
        "accounts.*_calendaryear",
        "accounts.view_proposal",
        "accounts.reverse_posting",
        "accounts.view_paper",
        "accounts.view_corefile",
        "accounts.view_refusedrecord",
        "accounts.view_reconciliationitem",
        "accounts.change_reconciliationitem",
        "payments.view_*",
        "payments.set_limit",
        "payments.set_bank_limit",
        "payments.set_signers",
        "payments.keep_schemes",
        "payments.keep_rules",
        "payments.change_clearingsession",
        "payments.change_participantbank",
        "payments.change_sentfile",
        "payments.change_difference",
    ),
    "Ankesa": (
        "accounts.view_company",
        "accounts.view_person",
        "auth_flow.view_securitycase",
        "auth_flow.work_securitycase",
        "complaints.*",
    ),
    "Auditor": tuple(f"{room}.view_*" for room in ROOMS),
    # Who is calling and how her access stands; no balance, no payment. No list of people either: whom an agent wants to
    # see she looks for by one number and with a reason (auth_flow/looks.py).
    "Qendra e kontaktit": (
        "auth_flow.view_accessblock",
        "auth_flow.change_accessblock",
        "auth_flow.view_securitycase",
        "auth_flow.work_securitycase",
        "complaints.log_case",
    ),
    "Administrator": (
        *(f"{room}.view_*" for room in ROOMS),
        "accounts.place_banner",
        "accounts.*_bankholiday",
        "accounts.*_calendaryear",
    ),
}


def lay_down(sender: AppConfig, using: str, **_others: Any) -> None:
    """After a migrate: every role has its permissions, and no others. Repeating it changes nothing."""
    rooms = [config for config in apps.get_app_configs() if config.label in ROOMS]
    for room in rooms:
        create_permissions(room, verbosity=0, using=using)
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for name, patterns in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set([permission for label, permission in known.items() if _fits(label, patterns)])
    # A role that is no more gives nothing, to whoever still has it.
    for group in Group.objects.using(using).exclude(name__in=ROLES):
        group.permissions.clear()


def _fits(label: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(label, pattern) for pattern in patterns)
