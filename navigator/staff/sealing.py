"""What is sealed under SECRET_KEY in the database, so that a copy of the database alone lets nobody in."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(purpose: str) -> MultiFernet:
    """The seal for a purpose: seals under the key of today, opens under the earlier ones too."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    made = (salted_hmac(f"navigator.signin.{purpose}", "", secret=key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])
