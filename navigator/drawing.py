"""Staff pages: the map of the flow, and the table of what leads to each service."""

from typing import Any

from django.contrib.admin import AdminSite


def urls(site: AdminSite) -> list[Any]:
    """The addresses of these pages, under the admin's."""
    return []
