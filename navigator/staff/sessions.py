"""The sessions of staff in the database, so that a copy of it opens none of them (settings.SESSION_ENGINE).

A browser holds the key of its session; the table holds a hash of the key, and the session sealed: while somebody
sets up a second factor, its secret stands in there.
"""

import hashlib
from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.utils import timezone

from .sealing import seal


def hashed(key: str) -> str:
    """What stands in the table for a key. A key has 165 random bits: no salt is needed."""
    return hashlib.sha256(key.encode()).hexdigest()[: Session._meta.get_field("session_key").max_length]


class SessionStore(db.SessionStore):
    """Django's sessions in the database, under hashed keys."""

    def load(self) -> dict[str, Any]:
        """The session; an empty one, and no key, where it is not known or over."""
        rows = self.model.objects.filter(session_key=hashed(self.session_key or ""), expire_date__gt=timezone.now())
        if row := rows.first():
            return self.decode(row.session_data)
        self._session_key = None
        return {}

    def exists(self, session_key: str) -> bool:
        """Whether there is a session with this key."""
        return super().exists(hashed(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row of this session."""
        row = super().create_model_instance(data)
        row.session_key = hashed(row.session_key)
        return row

    def save(self, must_create: bool = False) -> None:
        """Write the session. Where the database cannot be written, say that, not that the session is gone."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise

    def delete(self, session_key: str | None = None) -> None:
        """Delete this session, or the one with a key."""
        if key := session_key or self.session_key:
            super().delete(hashed(key))

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The session, sealed."""
        return seal("session").encrypt(self.serializer().dumps(session_dict)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """The session; an empty one where no key of ours opens it."""
        try:
            return self.serializer().loads(seal("session").decrypt(session_data))
        except (InvalidToken, ValueError):
            return {}
