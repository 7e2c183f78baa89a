"""The directory of services."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    """The directory app."""

    name = "services"
    verbose_name = _("services")
    default_auto_field = "django.db.models.BigAutoField"
