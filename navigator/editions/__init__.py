"""The content: as one value, as the draft that staff edit, as editions that never change; and the one in force.

No HTTP, no templates. ``content``, ``dates``, ``edition``, ``in_force`` and ``wording`` know no database, and only they
are for public pages; ``database``, ``draft`` and ``publish`` are for staff pages and commands.
"""
