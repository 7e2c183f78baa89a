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


class DeskConfig(AdminConfig):
    """Django admin, with our own site."""

    default_site = "navigator.desk.Desk"

    def ready(self) -> None:
        """Register every app's tables, then settle what the desk shows of accounts."""
        super().ready()
        from . import signin

        signin.settle(admin.site)
