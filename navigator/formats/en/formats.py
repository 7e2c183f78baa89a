"""English as US readers write it: Django's own shortens the month."""

DATE_FORMAT = "F j, Y"
