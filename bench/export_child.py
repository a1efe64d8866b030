"""`python -m bench.export_child FORMAT ACCOUNT LINES`: one file in a process of its own, whose peak memory it prints.

FORMAT is one of statements.exports.formats, or `pdf` for the papers of a period; LINES is how many of the account's
last lines at least, whole days.
"""

import json
import os
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

import django

KIB_A_MB = 1024


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bkt_portal.settings")
    django.setup()
    from bench import exports  # needs Django's applications

    code, account_id, lines = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    account = exports.account_of(account_id)
    period = exports.last_days(account, lines)
    started_at = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        count = exports.write(account, period, code, file)
    seconds = time.perf_counter() - started_at
    json.dump({"seconds": seconds, "mb": peak_kib() / KIB_A_MB, "lines": count}, sys.stdout)


def peak_kib() -> int:
    """The most that this process held at a time, or the one that sets its papers.

    Not its own ru_maxrss, which begins with what the process that started it held: the benchmark itself holds more.
    """
    own = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="utf-8"), re.MULTILINE)
    assert own
    return max(int(own[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


if __name__ == "__main__":
    main()
