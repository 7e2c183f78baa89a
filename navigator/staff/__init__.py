"""What staff meet: Django admin, our pages beside it, and signing in.

It may use everything below it; nothing else may import it.
"""
