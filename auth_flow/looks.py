"""Looking for a customer at the desk: by one number, with a reason, written down, and not without end.

Staff are no customers: nobody finds a colleague or herself. All moments are the machine's clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, staff_looks
from accounts.models import Company, User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import desk_alarms
from auth_flow.models import CustomerLook

By = CustomerLook.By
PHONE_END_MIN = 6
FOUND_BY_PHONE_MAX = 3
FOUND_MAX = 20
AN_HOUR = timedelta(hours=1)


class TooManyLooks(Refusal):
    sentence = _("Keni kërkuar shumë klientë në këtë orë. Prisni ose flisni me përgjegjësin tuaj, që e sheh alarmin.")


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found; `is_cut`: the digits of a phone fit more people than an agent needs to see, so none is named."""

    users: list[User]
    is_cut: bool = False


def customers() -> QuerySet[User]:
    """Whom the desk knows."""
    return User.objects.filter(kind=User.Kind.CUSTOMER).select_related("person")


@verb("staff.user.looked_at")
def find(*, agent: User, by: str, value: str, reason: str, actor: audit.Actor, at: datetime) -> Found:
    """Customers with this whole customer number, this whole NIPT, or a phone that ends in these six digits or more.

    Every look stands in the trail and in its table before anybody sees it, also when nobody is named. Refuses when
    this agent looked at too many within the hour.
    """
    User.objects.select_for_update(no_key=True).get(pk=agent.pk)
    most = settings.DESK_LOOKS_PER_HOUR
    earlier = CustomerLook.objects.filter(agent=agent, at__gt=at - AN_HOUR)[:most].count()
    if earlier >= most:
        raise TooManyLooks
    found = _fitting(by, value)
    seen: list[User | None] = [*found.users] or [None]
    for user in seen:
        CustomerLook.objects.create(agent=agent, user=user, by=by, reason=reason[:200], at=at)
        subject = "nobody" if user is None else f"user:{user.pk}"
        audit.record("staff.user.looked_at", actor=actor, at=at, subject=subject, reason=reason, details={"by": by})
    _tell_companies(found.users, by=by, value=value, reason=reason, actor=actor, at=clock.shown(at))
    if earlier + max(1, len(found.users)) >= most:
        desk_alarms.raise_alarm(kind=desk_alarms.Kind.LOOKS, agent=agent, count=most, at=at)
    return found


def _tell_companies(users: list[User], *, by: str, value: str, reason: str, actor: audit.Actor, at: datetime) -> None:
    """Each company reads of each of its people; of one who was looked for by NIPT, the company of that NIPT alone.

    The agent's own words are about the one who was looked for: where several were found, nobody reads them.
    """
    asked = list(Company.objects.filter(nipt=value).values_list("pk", flat=True)) if by == By.NIPT else None
    is_for_her = asked is not None or len(users) == 1
    for user in users:
        staff_looks.note(
            staff_looks.companies_of([user.pk], at=at) if asked is None else asked,
            way=staff_looks.Way(by),
            subject=f"accounts.user:{user.pk}",
            reason=reason if is_for_her else "",
            actor=actor,
            at=at,
        )


def _fitting(by: str, value: str) -> Found:
    wanted = {
        By.CUSTOMER_NUMBER: {"username": value},
        By.NIPT: {"mandates__company__nipt": value},
        By.PHONE_END: {"person__phone__endswith": value},
    }[By(by)]
    if by == By.PHONE_END and len(value) < PHONE_END_MIN:
        return Found([])
    users = list(customers().filter(**wanted).order_by("username").distinct()[:FOUND_MAX])
    is_cut = by == By.PHONE_END and len(users) > FOUND_BY_PHONE_MAX
    return Found([] if is_cut else users, is_cut)


def may_see(*, agent: User, user_id: int, at: datetime) -> bool:
    """Whether this agent looked this customer up within the hour, with a reason; her page opens after that alone."""
    return CustomerLook.objects.filter(agent=agent, user=user_id, at__gt=at - AN_HOUR).exists()


def recent(*, agent: User, at: datetime) -> list[CustomerLook]:
    """Whom this agent looked up within the hour, newest first."""
    looks = CustomerLook.objects.filter(agent=agent, user__isnull=False, at__gt=at - AN_HOUR)
    return list(looks.select_related("user__person").order_by("-at")[:FOUND_MAX])


def reason_of(*, agent: User, user_id: int) -> str:
    """Why this agent looked this customer up last."""
    last = CustomerLook.objects.filter(agent=agent, user=user_id).order_by("-at").first()
    return last.reason if last else ""
