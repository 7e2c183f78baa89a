"""What visitors said of numbers that did not work: from the memory of this process into the database.

When the hour is over, or the process ends (counts.py): by a clock of our own, so that the time of a tap is written
nowhere. A database that does not answer gets them an hour later.
"""

import logging

from navigator.editions.database import DATABASE
from navigator.public import reports
from services import way_reports

log = logging.getLogger(__name__)


def write() -> None:
    """Write down what this process holds; what cannot be written is held on."""
    taken = reports.take()
    try:
        with DATABASE.session():
            way_reports.write(taken)
    except Exception as error:  # whatever it is, the next writing may go well
        log.error("reports could not be written: %s", type(error).__name__)
        for report in taken:
            reports.hold(report)
