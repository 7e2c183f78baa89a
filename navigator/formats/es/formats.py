"""Spanish as US readers write it: a.m. and p.m., where Django's own counts to 24."""

TIME_FORMAT = "P"
