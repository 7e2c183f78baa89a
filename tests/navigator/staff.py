"""Staff members for tests: with a second factor, and signed in with it."""

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model

from navigator.staff import signin

PASSWORD = "seven kind herons at dawn"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_staff(username="staff", *, factor=True, **fields):
    """A staff account with full power (unless ``fields`` say otherwise), with an app that shows codes."""
    fields = {"is_staff": True, "is_superuser": True, **fields}
    user = get_user_model().objects.create_user(username, password=PASSWORD, **fields)
    return give_factor(user) if factor else user


def give_factor(user):
    """The account with an app that shows codes."""
    data = {"secret": get_adapter().encrypt(SECRET)}
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": data})
    return user


def sign_in(client, user):
    """Sign in as this account, with its second factor shown."""
    client.force_login(give_factor(user))
    session = client.session
    session[signin.MARK] = user.pk
    session.save()
    return client


@pytest.fixture
def staff(db):
    """A staff member of full power."""
    return make_staff()


@pytest.fixture
def staff_client(client, staff):
    """A client that is signed in as ``staff``."""
    return sign_in(client, staff)
