"""The web process: Django's application, and the watch for newer editions."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")
application = get_wsgi_application()

from navigator import editions, middleware  # noqa: E402  (Django must be set up first)

application.request_class = middleware.Request
editions.watch()
