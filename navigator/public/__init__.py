"""What visitors meet: the steps, the outcome, all services, small pages, open data.

No session, no cookie, no database: what is shown comes from the edition in force (``editions.in_force``) and from the
request alone. Nothing of a person is kept.
"""
