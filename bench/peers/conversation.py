"""What bench/peers.py and a peer say to each other: lines on a pipe. Each peer runs in an environment of its own.

The peer makes its tables and accounts, books a little, writes {"ready": true}, and then books for as many seconds as every line it
reads says, one transfer after the other, each a commit; it answers {"rate": transfers a second}.
"""

import json
import os
import random
import sys
import time

ACCOUNTS = int(os.environ["PEER_ACCOUNTS"])
AGE = int(os.environ["PEER_AGE"])
WORDS = "Pagese fature 2026-11"
_dice = random.Random(1)


def database():
    """Django's entry of the peer's own database, with the portal's own settings of a connection."""
    return json.loads(os.environ["PEER_DATABASE"])


def transfer_of(accounts):
    """Two different accounts and an amount in minor units."""
    debit, credit = _dice.sample(accounts, 2)
    return debit, credit, _dice.randint(1, 100_000)


def serve(transfer, connection):
    """Book a little first and let PostgreSQL see it, as the portal's side does; then answer until the pipe closes."""
    for _number in range(AGE):
        transfer()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
    _say({"ready": True})
    for line in sys.stdin:
        seconds, count, started_at = float(line), 0, time.perf_counter()
        while (passed := time.perf_counter() - started_at) < seconds:
            transfer()
            count += 1
        _say({"rate": count / passed})


def _say(what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
