"""The staff's desk: Django admin, with the pages of our own beside the tables."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from . import drawing, publishing


class Desk(admin.AdminSite):
    """Django's admin site with our start page, publishing and the map."""

    site_header = _("Find services: staff")
    site_title = _("Staff")
    index_title = _("Start")

    def get_urls(self) -> list[Any]:
        """Our pages come before Django's own catch-all."""
        return [*publishing.urls(self), *drawing.urls(self), *super().get_urls()]
