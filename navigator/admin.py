"""Where Django looks for an app's admin pages; ours stand with everything that staff meet."""

from .staff import admin, people  # noqa: F401
