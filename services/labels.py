"""The words for the values that a record may have: one for each, beside the records, without the database."""

from typing import Any, get_args

from django.utils.translation import gettext_lazy as _

from . import records


def _choices(literal: Any, labels: dict[str, Any]) -> list[tuple[str, Any]]:
    assert set(get_args(literal)) == set(labels)
    return list(labels.items())


STATUS = _choices(records.Status, {"draft": _("draft"), "live": _("live"), "retired": _("retired")})
ANSWERED_BY = _choices(
    records.Answerer,
    {
        "neither": _("neither police nor immigration enforcement"),
        "police": _("police or other law enforcement"),
        "immigration": _("immigration enforcement"),
        "unknown": _("we do not know"),
    },
)
NAME_NEEDED = _choices(
    records.NameNeeded,
    {"no": _("no"), "partly": _("in part"), "yes": _("yes"), "unknown": _("we do not know")},
)
CATEGORY = _choices(
    records.Category,
    {
        "emergency": _("In danger now"),
        "crisis": _("Hard feelings, or thoughts of suicide"),
        "abuse": _("Hurt or controlled by someone"),
        "trafficking": _("Forced to work or to have sex"),
        "children": _("Children and teens"),
        "crime": _("Help after a crime"),
        "custody": _("Jail, prison and immigration detention"),
        "immigration": _("Immigration papers and courts"),
        "online": _("Scams and trouble online"),
        "report": _("Report a crime"),
        "rights": _("Your rights, and work"),
        "local": _("Help near you"),
        "office": _("Government offices"),
    },
)
KIND = _choices(
    records.Kind,
    {
        "call": _("call"),
        "text": _("text message"),
        "chat": _("chat"),
        "form": _("web form"),
        "email": _("e-mail"),
        "videophone": _("videophone"),
        "tty": _("TTY"),
        "website": _("website"),
    },
)
RESULT = [
    ("gone", _("gone")),
    ("moved", _("moved")),
    ("unknown", _("could not tell")),
    ("ok", _("still there")),
]
"""What became of a web address (links.py)."""
REASON = {
    "name": _("there is no site of this name"),
    "silent": _("it did not answer in time"),
    "certificate": _("its certificate is not valid"),
    "robots": _("it asks programs not to read it, or did not say whether they may"),
    "challenge": _("it first asks whether a person is there"),
    "loop": _("it sends on and on"),
    "private": _("it leads into a private network, and was not opened"),
    "address": _("this is not an address that can be opened"),
}
"""Why; a status of HTTP stands as its number."""
FAILED = [
    ("silent", _("nobody answered")),
    ("broken", _("it does not work")),
    ("other", _("it was not them")),
]
"""What a visitor can say of a number that did not work."""
