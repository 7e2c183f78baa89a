"""An empty Django view with the middleware and the server of the site: the floor of what Django costs."""

from django.http import HttpResponse
from django.urls import path

from navigator.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.bare"


def empty(request):
    return HttpResponse("")


urlpatterns = [path("", empty)]


def application():
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.bare"
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()
