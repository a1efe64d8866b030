"""What the web server loads: `bkt_portal.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bkt_portal.settings")
application = get_wsgi_application()

# Models can be imported only now that the apps are loaded.
from bkt_portal.production import refuse_unsafe_database  # noqa: E402

refuse_unsafe_database()
