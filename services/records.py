"""The directory as plain, frozen records: one shape for the fixtures, the draft and the edition.

Names follow Open Referral HSDS 3.0 where it has one (organization, service, status, alert,
assured_date, valid_from). Nothing here touches Django or the database.
"""

import datetime as dt
from typing import Literal

import msgspec

Text = dict[str, str]
"""Words by language code: ``{"en": "Call", "es": "Llame"}``. Empty means that we do not know."""

Kind = Literal["call", "text", "chat", "form", "email", "videophone", "tty", "website"]
Category = Literal[
    "emergency",
    "trafficking",
    "abuse",
    "children",
    "crisis",
    "crime",
    "custody",
    "immigration",
    "online",
    "report",
    "rights",
    "local",
    "office",
]
Status = Literal["draft", "live", "retired"]
Answerer = Literal["police", "immigration", "neither", "unknown"]
NameNeeded = Literal["no", "partly", "yes", "unknown"]

SPEECHLESS = frozenset({"text", "chat", "form", "email", "videophone", "tty", "website"})
"""The ways to reach a service that need no spoken word (docs/safety-rules.md I6)."""
NUMBERED = frozenset({"call", "text", "videophone", "tty"})
"""The ways whose value is a phone number."""
ONE_LANGUAGE = frozenset({"alert"})
"""The texts that may be in one language alone, whatever the service: what is urgent does not wait for a translation."""
LINKED = frozenset({"chat", "form", "website"})
"""The ways whose value is a web address."""


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What every record shares: it cannot be changed, and an unknown field is an error."""


class Organization(Record, frozen=True, kw_only=True):
    """Who runs a service (HSDS ``organization``)."""

    slug: str
    name: Text
    website: str = ""


class ContactPoint(Record, frozen=True, kw_only=True):
    """One way to reach a service."""

    kind: Kind
    value: str
    """A phone number as E.164 or a short code as it is; else an https address or an e-mail address."""
    vanity: str = ""
    """The number in letters, as its owner prints it: ``1-866-DHS-2-ICE``."""
    keyword: str = ""
    """The exact word to text, such as ``HELP``. Empty: any message will do, or see the label."""
    label: Text = {}
    """Whom or what this way is for, if not everyone and everything."""
    languages: tuple[str, ...] = ()
    """Language codes that a source names for this way; empty: as the service."""
    hours: str = ""
    """``24/7``, a weekly schedule such as ``Mo-Fr 08:00-20:00; PH off``, or empty: not known."""
    timezone: str = ""
    """IANA zone of the schedule. Empty with a schedule: the caller's own local time."""
    hours_note: Text = {}
    valid_from: dt.date | None = None
    """The first day on which it may be used (HSDS ``valid_from``); None: since ever. What days are: dates.py."""
    valid_to: dt.date | None = None
    """The last day on which it may be used (HSDS ``valid_to``); None: for good."""


class Source(Record, frozen=True, kw_only=True):
    """Where a fact was seen: a seed file or a public page, and when it was dated."""

    title: str
    seed: str = ""
    url: str = ""
    dated: str = ""
    grade: str = ""


class Service(Record, frozen=True, kw_only=True):
    """A service as the public sees it, and what staff must know to answer for it."""

    slug: str
    organization: str
    """Slug of the organization."""
    category: Category
    status: Status = "live"
    main: bool = False
    """Shown on error pages and wherever there is room for only a few numbers."""
    directory_only: bool = False
    """Whether it stands on the list of all services alone; no question leads to it."""
    areas: tuple[str, ...] = ()
    """Where it helps: states and territories (``US-TX``), counties (``48201``). Empty: the whole country (areas.py)."""
    local_of: str = ""
    """Slug of the national service that it is the local one of: shown with it, and words that it lacks come from it."""
    before: bool = False
    """Whether it comes before that national one, not after it."""
    finder: bool = False
    """Whether it only tells how to find the local one, which stands in its place where the place is known."""
    name: Text
    plain: Text
    """What it is for the reader, in plain words; stands above the official name."""
    local_plain: Text = {}
    """The same for its local services, where its own words would not be true of them."""
    serves: Text = {}
    not_for: Text = {}
    answered_by: Answerer = "unknown"
    answered_note: Text = {}
    name_needed: NameNeeded = "unknown"
    name_note: Text = {}
    told: Text = {}
    """Who may be told of what one says."""
    what_happens: Text = {}
    first_question: Text = {}
    opening: Text = {}
    """A plain sentence to open with."""
    have_ready: Text = {}
    """One thing to have ready on each line."""
    can: Text = {}
    cannot: Text = {}
    cost: Text = {}
    address: str = ""
    """Where people may go, if everybody may know it; never that of a shelter (docs/safety-rules.md J8)."""
    languages: tuple[str, ...] = ()
    languages_note: Text = {}
    keywords: Text = {}
    """Other words that people use for it, for finding it on the list of all services."""
    alert: Text = {}
    """An urgent note, shown first (HSDS ``alert``)."""
    alert_from: dt.date | None = None
    """The first day of the urgent note; None: since ever."""
    alert_to: dt.date | None = None
    """Its last day; None: until it is taken off."""
    off_from: dt.date | None = None
    """The first day on which the service is not shown. With neither day it is shown always."""
    off_to: dt.date | None = None
    """The last day on which it is not shown."""
    ways: tuple[ContactPoint, ...] = ()
    sources: tuple[Source, ...] = ()
    assured_date: dt.date | None = None
    """The day a person last checked the record (HSDS ``assured_date``); to read a stored page is no check."""
    assured_how: str = ""
    assured_by: str = ""
    review_days: int = 90
    """Days from one check to the next (docs/safety-rules.md J6)."""
    recheck: bool = False
    """Whether its review is due already, whatever the date: its source is old, or its own page was not seen."""
    staff_note: str = ""
    """For staff only; never shown to the public and never part of an edition."""
