"""The questions and the public pages."""

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class NavigatorConfig(AppConfig):
    """The navigator app."""

    name = "navigator"
    verbose_name = _("questions and editions")
    default_auto_field = "django.db.models.BigAutoField"


class StaffConfig(AdminConfig):
    """Django admin, with our own site."""

    default_site = "navigator.staff.site.StaffSite"

    def ready(self) -> None:
        """Register every app's tables, then settle what the staff pages show of accounts."""
        super().ready()
        from .staff import signin

        signin.settle(admin.site)
