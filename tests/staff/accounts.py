"""Staff members for tests: with a second factor, and signed in with it."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from navigator.staff import signin

PASSWORD = "seven kind herons at dawn"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_staff(username="staff", *, factor=True, **fields):
    """A staff account with full power (unless ``fields`` say otherwise), with an app that shows codes."""
    fields = {"is_staff": True, "is_superuser": True, **fields}
    user = get_user_model().objects.create_user(username, password=PASSWORD, **fields)
    return give_factor(user) if factor else user


def in_role(role, name, **fields):
    """A staff account with the rights of a role, and no second factor yet."""
    user = get_user_model().objects.create_user(name, is_staff=True, **fields)
    user.groups.add(Group.objects.get(name=role))
    return user


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
