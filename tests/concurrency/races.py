"""Many hands at one moment."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connections

from accounts.refusals import Refusal

Act = Callable[[], Any]


def all_at_once(*acts: Act) -> list[Any]:
    """Do every act in a thread of its own, all let go at one moment; what each returned, or the refusal it met.

    Anything else that was raised is raised here.
    """
    gate = Barrier(len(acts))
    ends: list[Any] = [None] * len(acts)

    def run(place: int, act: Act) -> None:
        try:
            gate.wait(timeout=10)
            ends[place] = act()
        except Exception as problem:
            ends[place] = problem
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    for end in ends:
        if isinstance(end, Exception) and not isinstance(end, Refusal):
            raise end
    return ends


def refusals(ends: list[Any]) -> list[type[Refusal]]:
    """What was refused, in the order of the acts."""
    return [type(end) for end in ends if isinstance(end, Refusal)]
