"""Ngrirja e hyrjes: whoever lost her phone shuts her own access, without a code (R43, N5).

Her password proves who she is, within the lanes and brakes of the sign-in; whatever is wrong gets the one answer of a
wrong password. Nothing she can do opens it again: the contact centre does, two of its people together.
"""

from datetime import datetime

from accounts import audit, clock, mandates, notices
from accounts.verbs import verb
from auth_flow import blocks, browsers, cases, lockout, login, selectors, tries
from auth_flow.models import AccessBlock


def freeze(
    *,
    customer_number: str,
    nipt: str,
    password: str,
    network: str,
    at: datetime,
    browser_tokens: tuple[str, ...] = (),
) -> AccessBlock:
    """Shut this user's access: no code, no signature and no session until the contact centre lifts it.

    Orders that are signed already are executed as promised. Refuses a blocked identity, a crowded network, and with
    SignInRefused a wrong password, a wrong NIPT and an unknown number alike.
    """
    in_force = mandates.in_force(at + clock.offset())
    mandate = in_force.filter(user__person__customer_number=customer_number, company__nipt=nipt).first()
    user = mandate.user if mandate else None
    known = browsers.known(browser_tokens, user)
    a_try = tries.Try(
        identity=lockout.identity_of(customer_number),
        lane=lockout.KNOWN if known else lockout.OTHERS,
        network=network,
        user=user,
        subject="freeze",
    )
    tries.begin(a_try, at)
    customer = tries.judge_password(a_try, password)
    if customer is None:
        raise tries.fail(a_try, login.SignInRefused(), at)
    tries.pass_(a_try)
    return _freeze(user_id=customer.pk, network=network, actor=audit.actor_of(customer), at=at)


@verb(blocks.FROZEN)
def _freeze(*, user_id: int, network: str, actor: audit.Actor, at: datetime) -> AccessBlock:
    """The second time changes nothing. No SMS: the phone is in somebody else's hand. The notice goes by e-mail."""
    user = selectors.locked_user(user_id)
    block = blocks.place(user=user, kind=AccessBlock.Kind.FREEZE, reason="lost phone", actor=actor, at=at)
    if block.placed_at != at:
        return block
    cases.open_case(kind=cases.Kind.LOST_PHONE, reference=block.reference, user=user, network=network, at=at)
    facts = {"at": f"{clock.tirana(clock.shown(at)):%d.%m.%Y %H:%M}", "reference": block.reference}
    notices.tell(user, blocks.FROZEN, facts, clock.shown(at))
    audit.record(
        blocks.FROZEN,
        actor=actor,
        at=at,
        subject=f"user:{user.pk}",
        details={"reference": block.reference, "network": network},
    )
    return block
