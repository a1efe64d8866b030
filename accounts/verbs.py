"""What makes a function a verb of the bank: one durable transaction, and no refusal without a trace."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from accounts import audit, clock
from accounts.models import Mandate, User
from accounts.refusals import Refusal

P = ParamSpec("P")
R = TypeVar("R")

_is_part: ContextVar[bool] = ContextVar("a verb that runs as a part of another", default=False)


def verb(event: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run the function in one durable transaction. A `Refusal` rolls it back, is recorded, and is raised again.

    The recorded actor comes from the keyword `actor`, `mandate`, `attempt` or `user`, the subject from the first
    keyword that ends in `_id`, or `day`. A success is recorded by the verb itself, which alone knows what to keep.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if _is_part.get():
                return function(*args, **kwargs)
            try:
                with transaction.atomic(durable=True), audit.written_last():
                    return function(*args, **kwargs)
            except Refusal as refusal:
                _record_refusal(event, refusal, kwargs)
                raise

        return run

    return decorate


@contextmanager
def as_part_of_this() -> Iterator[None]:
    """A verb called inside belongs to the verb that runs: one transaction, and a refusal is the whole's refusal.

    For an act that waited for a second person (accounts.four_eyes): it is done and approved together, or neither.
    """
    token = _is_part.set(True)
    try:
        yield
    finally:
        _is_part.reset(token)


def _record_refusal(event: str, refusal: Refusal, kwargs: dict[str, object]) -> None:
    with transaction.atomic():
        audit.record(
            event,
            actor=_actor(kwargs),
            at=clock.now(),
            subject=_subject(kwargs),
            outcome=audit.REFUSED,
            reason=refusal.code,
        )


def _subject(kwargs: dict[str, object]) -> str:
    """`order:<uuid>` from order_id=<uuid>."""
    named = (name for name in kwargs if name.endswith("_id") or name == "day")
    return next((f"{name.removesuffix('_id')}:{kwargs[name]}" for name in named), "")


def _actor(kwargs: dict[str, object]) -> audit.Actor:
    """Who acted, as the verb was told; `attempt` is a sign-in, whose mandate the books need not know by type."""
    who = kwargs.get("actor") or kwargs.get("mandate") or getattr(kwargs.get("attempt"), "mandate", None)
    who = who or kwargs.get("user")
    if isinstance(who, audit.Actor):
        return who
    return audit.actor_of(who) if isinstance(who, Mandate | User) else audit.THE_CLOCK
