"""What makes a function a verb of the bank: one durable transaction, and no refusal without a trace."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from accounts import audit, clock
from accounts.models import Mandate
from accounts.refusals import Refusal

P = ParamSpec("P")
R = TypeVar("R")


def verb(event: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run the function in one durable transaction. A `Refusal` rolls it back, is recorded, and is raised again.

    The recorded actor comes from the keyword `mandate` or `actor`, the subject from the first keyword that ends
    in `_id`. A success is recorded by the verb itself, which alone knows what is worth keeping.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                with transaction.atomic(durable=True), audit.written_last():
                    return function(*args, **kwargs)
            except Refusal as refusal:
                _record_refusal(event, refusal, kwargs)
                raise

        return run

    return decorate


def _record_refusal(event: str, refusal: Refusal, kwargs: dict[str, object]) -> None:
    ids = (f"{name.removesuffix('_id')}:{value}" for name, value in kwargs.items() if name.endswith("_id"))
    subject = next(ids, "")
    with transaction.atomic():
        audit.record(
            event,
            actor=_actor(kwargs),
            at=clock.now(),
            subject=subject,
            outcome=audit.REFUSED,
            reason=refusal.code,
        )


def _actor(kwargs: dict[str, object]) -> audit.Actor:
    who = kwargs.get("mandate") or kwargs.get("actor")
    if isinstance(who, audit.Actor):
        return who
    if isinstance(who, Mandate):
        return audit.actor_of(who)
    return audit.THE_CLOCK
