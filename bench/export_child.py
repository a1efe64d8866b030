"""`python -m bench.export_child FORMAT ACCOUNT LINES`: one file in a process of its own, whose peak memory it prints.

FORMAT is one of statements.exports.formats, or `pdf` for the papers of a period; LINES is how many of the account's
last lines at least, whole days.
"""

import json
import os
import resource
import sys
import tempfile
import time

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
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    json.dump({"seconds": seconds, "mb": peak / KIB_A_MB, "lines": count}, sys.stdout)


if __name__ == "__main__":
    main()
