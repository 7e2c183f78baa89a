"""Fixtures for the tests of this folder."""

from .staff import staff, staff_client

__all__ = ["staff", "staff_client"]
