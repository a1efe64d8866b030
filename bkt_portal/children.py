"""Child processes: started in a session of their own, watched, ended together, and never left behind."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LAST_LINES = 15


@dataclass(frozen=True, slots=True)
class Child:
    """One running program. `stop_signal` asks it to end in good order; what ignores it for long is killed."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def last_lines(self, count: int = LAST_LINES) -> str:
        return last_lines(self.log, count)

    def ask_to_stop(self) -> None:
        if not self.has_ended():
            self.process.send_signal(self.stop_signal)

    def stop(self, *, patience: float = 10) -> None:
        """Ask, wait `patience` seconds, then kill; grandchildren that outlive the child are killed with its group."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    wrapper: Sequence[str] = (),
) -> Child:
    """Start `command` behind `wrapper` (unshare, setpriv...); its output is added to `log` (0600).

    The child has a session of its own: the terminal's Ctrl-C reaches only the parent, who ends the children in order.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(
            [*wrapper, *_end_with_parent(stop_signal), *command],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(descriptor)
    return Child(name=name, process=process, log=log, stop_signal=stop_signal)


def stop_all(children: Iterable[Child]) -> None:
    """The last one started is the first to stop: whoever uses the database ends before it."""
    for child in reversed(list(children)):
        child.stop()


def first_ended(children: Iterable[Child]) -> Child | None:
    return next((child for child in children if child.has_ended()), None)


def wait_for_an_end(children: Sequence[Child], *, pause: float = 0.5) -> Child:
    """Return the first child that ends by itself."""
    while (ended := first_ended(children)) is None:
        time.sleep(pause)
    return ended


def last_lines(log: Path, count: int = LAST_LINES) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def _end_with_parent(stop_signal: signal.Signals) -> tuple[str, ...]:
    """Linux sends `stop_signal` to the child when its parent dies, even by kill -9; elsewhere it would stay.

    The kernel counts the parent's *thread*: start children from a thread that lives as long as they should.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ()
    return (setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG"), "--")
