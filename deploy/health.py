"""The health checks of the containers: `web` asks the web server, `queue` asks whether beat and worker still beat."""

import os
import sys
from http.client import HTTPConnection
from pathlib import Path


def web() -> bool:
    """The page answers under the portal's own name; under another one it would be refused."""
    connection = HTTPConnection("127.0.0.1", 8000, timeout=4)
    connection.request("GET", "/healthz", headers={"Host": os.environ["ALLOWED_HOSTS"].split(",")[0].strip()})
    return connection.getresponse().status == 200


def queue() -> bool:
    from bkt_portal.celery import heartbeat_age_seconds

    return heartbeat_age_seconds() is not None


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(not {"web": web, "queue": queue}[sys.argv[1]]())
