"""What was found out about a service beside its record: by the look at its web addresses, and by visitors."""

from typing import ClassVar

from django.db import models
from django.utils import formats
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import labels, phones
from .records import NUMBERED


class LinkCheck(models.Model):
    """What became of one web address of a service when it was last looked at (`manage.py check_links`)."""

    service = models.ForeignKey(
        "services.Service", on_delete=models.CASCADE, related_name="link_checks", verbose_name=_("service")
    )
    address = models.CharField(_("web address"), max_length=300)
    result = models.CharField(_("result"), max_length=10, choices=labels.RESULT)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    leads_to = models.TextField(_("leads to"), blank=True)
    since = models.DateField(_("since"))
    checked_at = models.DateTimeField(_("looked at"))

    class Meta:
        verbose_name = _("web address looked at")
        verbose_name_plural = _("web addresses looked at")
        default_permissions = ()
        ordering: ClassVar = ["service__slug", "address"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["service", "address"], name="one_check_an_address")]

    def __str__(self) -> str:
        return self.address

    @property
    def told(self) -> str:
        """Why, in words."""
        if self.reason.isdecimal():
            return _("the server answered %(status)s") % {"status": self.reason}
        return str(labels.REASON.get(self.reason, ""))


class WayReport(models.Model):
    """What visitors said of one way to reach that did not work: how it failed, and on how many days."""

    service = models.ForeignKey(
        "services.Service", on_delete=models.CASCADE, related_name="reports", verbose_name=_("service")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=labels.KIND)
    value = models.CharField(_("number or address"), max_length=300)
    reason = models.CharField(_("reason"), max_length=10, choices=labels.FAILED)
    day = models.DateField(_("the last day"))
    days = models.PositiveSmallIntegerField(_("days"), default=1)

    class Meta:
        verbose_name = _("number that did not work")
        verbose_name_plural = _("numbers that did not work")
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "kind", "value", "reason"], name="one_row_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {phones.show(self.value) if self.kind in NUMBERED else self.value}"

    def is_open(self) -> bool:
        """Whether it still says something: nobody checked the service since, and it still has this way."""
        checked = self.service.assured_date
        here = ((way.kind, way.value) for way in self.service.ways.all())
        return (checked is None or checked < self.day) and (self.kind, self.value) in here

    @property
    def told(self) -> str:
        """What was said, in a sentence."""
        words = ngettext(
            "%(way)s: %(what)s. A visitor said so on %(day)s.",
            "%(way)s: %(what)s. Visitors said so on %(days)s days, last on %(day)s.",
            self.days,
        )
        day = formats.date_format(self.day, "DATE_FORMAT")
        return words % {"way": self, "what": self.get_reason_display(), "days": self.days, "day": day}
