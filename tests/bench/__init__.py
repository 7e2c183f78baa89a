"""`make bench`: how fast and how light the site is, beside an empty view and a session wizard."""
