"""Who publishes and who may not, on the newest edition."""

import pytest

from navigator.editions import database, in_force, publish

from .publishing import account, signed_in


@pytest.fixture
def newest(db):
    """The edition of the database in force, as in a running process."""
    database.refresh()
    return in_force.current()


@pytest.fixture
def ana(newest):
    """Ana, who may publish."""
    return account("ana", publishes=True)


@pytest.fixture
def publisher(ana):
    """A client that is signed in as Ana."""
    return signed_in(ana)


@pytest.fixture
def editor(newest):
    """A client that is signed in as Eve, who may edit but not publish."""
    return signed_in(account("eve", publishes=False))


@pytest.fixture
def four_eyes(settings, newest, clock):
    """The setting, on a draft that was published a minute ago."""
    settings.FOUR_EYES = True
    publish.publish()
    clock.shift(60)
