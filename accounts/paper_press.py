"""Sets a paper with typst, in a process of its own: what typst took for a file, it never gives back.

A thousand lines of a statement left 85 MB behind in whoever had set them (typst 0.15.2). So each file has a short life
of its own, paper_setter.py, which costs some 30 ms; no database is in its reach, and no secret in its environment.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

# A volume of 1,000 lines takes a third of a second; nobody waits for one that hangs.
PATIENCE_SECONDS: Final = 30
SETTER: Final = Path(__file__).resolve().with_name("paper_setter.py")


class PaperNotSet(Exception):  # noqa: N818  what went wrong is said by its text
    """The template or its facts are wrong: a bug of ours, told by typst."""


def press(template: Path, facts: str) -> bytes:
    """The PDF of a template and its facts (JSON); fonts lie in `fonts` beside the template, nothing else is read."""
    command = [sys.executable, "-I", str(SETTER), str(template)]
    done = subprocess.run(command, input=facts.encode(), capture_output=True, env={}, timeout=PATIENCE_SECONDS)
    if done.returncode != 0:
        raise PaperNotSet(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout
