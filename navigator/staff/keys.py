"""Forms for what a security key or passkey answers."""

import struct

from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.forms import Form

from .signin import Factors

UNREADABLE = (
    ArithmeticError,
    AttributeError,
    InvalidSignature,
    LookupError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)
"""What fido2 raises on an answer that no key gives; allauth knows two of them."""


class Readable(Form):
    """An answer that cannot be read is a wrong one, and no fault of ours."""

    def full_clean(self) -> None:
        """Check the form; whatever the answer makes fido2 stumble on is an error of the form."""
        try:
            super().full_clean()
        except UNREADABLE:
            self.cleaned_data = {}
            self.add_error("credential", Factors().validation_error("incorrect_code"))


class AddKeyForm(Readable, AddWebAuthnForm):
    """A new key."""


class KeyForm(Readable, AuthenticateWebAuthnForm):
    """The key that is asked for after the password."""


class KeyAgainForm(Readable, ReauthenticateWebAuthnForm):
    """The key that is asked for before something that matters."""
