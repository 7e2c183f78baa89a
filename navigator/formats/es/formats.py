"""Spanish as US readers write it: a.m. and p.m., where Django's own counts to 24; days are typed as in English.

A form may be shown in one language and sent in the other: what is typed must mean the same day in both.
"""

TIME_FORMAT = "P"
DATETIME_FORMAT = r"j \d\e F \d\e Y, g:i a"
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y"]
