"""List the services that are due for a check, for a scheduled e-mail."""

from typing import Any

from django.core.management import BaseCommand
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.models import Service, unchecked


class Command(BaseCommand):
    """`manage.py due`: always ends well; one line if nothing is due."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each service with the day of its last check, those never checked first."""
        due = Service.objects.due()
        if not due:
            self.stdout.write(_("No service is due for a check."))
            return
        count = ngettext("%(count)s service is due for a check.", "%(count)s services are due for a check.", len(due))
        self.stdout.write(count % {"count": len(due)})
        if never := unchecked(due):
            words = ngettext(
                "%(count)s of them was never checked by a person.",
                "%(count)s of them were never checked by a person.",
                never,
            )
            self.stdout.write(words % {"count": never})
        self.stdout.write(_("Ask its office, its website or its agency. Never call a crisis line to test it."))
        self.stdout.write("")
        for service in due:
            self.stdout.write(f"- {service.name} ({service.slug}): {last_check(service)}")
            for line in service.reasons:
                self.stdout.write(f"  {line}")


def last_check(service: Service) -> str:
    """When and how a service was last checked, in words."""
    if not service.assured_date:
        return _("never checked by a person")
    day = formats.date_format(service.assured_date, "DATE_FORMAT")
    words = _("checked on %(day)s") % {"day": day}
    return "; ".join((words, _("marked to be checked again"))) if service.recheck else words
