"""The web process: Django's application, the watch for newer editions, and what is written hourly."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402

from navigator import counts, middleware, reports  # noqa: E402  (Django must be set up first)
from navigator.editions import database, in_force  # noqa: E402
from navigator.public import pocket  # noqa: E402

application.request_class = middleware.Request
in_force.watch(database.DATABASE, pocket.keep)
counts.start(*[reports.write] if settings.NUMBER_REPORTS else [])
