"""Staff pages: publish the draft, compare and roll back editions, preview, explain."""

from typing import Any

from django.contrib.admin import AdminSite


def urls(site: AdminSite) -> list[Any]:
    """The addresses of these pages, under the admin's."""
    return []
