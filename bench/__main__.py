"""`python -m bench [--only GROUP] [--quick]`: each group on a PostgreSQL and a queue of its own, durable and empty.

The servers live in a temporary directory (TMPDIR) and go when the group ends; the group itself is a process of its own,
`manage.py bench`, whose settings find these servers in its environment. Ends with status 1 when a bar is missed.
"""

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from bench import rounds
from bench.rounds import Result
from bkt_portal import embedded, premises

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.json"
LINES_OF_FAILURE = 30


def main() -> int:
    parser = ArgumentParser(prog="python -m bench", description="The benchmarks, into bench/results.json.")
    parser.add_argument("--only", choices=rounds.GROUPS, help="one group")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: less than a minute a group")
    options = parser.parse_args()
    results: list[Result] = []
    for group in [options.only] if options.only else rounds.GROUPS:
        sys.stdout.write(f"Measuring {group} ...\n")
        sys.stdout.flush()
        results += _measured(group, quick=options.quick)
    rounds.write(results, RESULTS)
    missed = [result for result in results if not result.ok]
    sys.stdout.write(f"\n{rounds.table(results)}\n\n{len(missed)} missed. Written to {RESULTS.relative_to(ROOT)}.\n")
    return 1 if missed else 0


def _measured(group: str, *, quick: bool) -> list[Result]:
    """One group on servers of its own. `fast` stays off: what is measured is what survives a power cut."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as place:
        directory = Path(place)
        with embedded.start(directory / "servers") as servers:
            environment = os.environ | _environment(directory, servers)
            _manage("migrate", "--database", "owner", "--no-input", "--skip-checks", "-v0", environment=environment)
            file = directory / "results.json"
            pace = ["--quick"] if quick else []
            sys.stdout.write(_manage("bench", "--only", group, "--into", str(file), *pace, environment=environment))
            return rounds.read(file)


def _environment(directory: Path, servers: embedded.Servers) -> dict[str, str]:
    """A demo's: its keys are random, its SMS go to a file, and nothing of it reaches beyond this machine."""
    keys = {name: premises.password(directory, name.lower()) for name in ("SECRET_KEY", "FNP_KEY", "PROOF_KEY")}
    return keys | {
        "PORTAL_MODE": "demo",
        "PORTAL_DIR": str(directory),
        "STATIC_ROOT": str(directory / "static"),
        "SMS_GATEWAY": "file",
        "SMS_FILE": str(directory / "sms.jsonl"),
        "DATABASE_URL": servers.runtime_url,
        "DATABASE_OWNER_URL": servers.owner_url,
        "REDIS_URL": servers.redis_url,
    }


def _manage(*arguments: str, environment: dict[str, str]) -> str:
    """What a command wrote. What it logs is shown only where it failed: two hundred wrong passwords, as many lines."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        end = "\n".join((done.stdout + done.stderr).splitlines()[-LINES_OF_FAILURE:])
        raise premises.CannotStart(f"`manage.py {arguments[0]}` ended with status {done.returncode}:\n{end}")
    return done.stdout


if __name__ == "__main__":
    try:
        sys.exit(main())
    except premises.CannotStart as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit("Stopped; nothing was written.")
