"""Fixtures for the tests of this folder."""

import pytest

from tests.server import Server

from .staff import staff, staff_client

__all__ = ["staff", "staff_client"]


@pytest.fixture(scope="session")
def site(another):
    """The site as it is served."""
    with Server(another()) as server:
        yield server
