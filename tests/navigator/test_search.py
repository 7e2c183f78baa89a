"""Finding: searches that people make, and the service that must then be among the first three."""

from pathlib import Path

import pytest

from navigator import search
from navigator.search import Wish

LINES = (Path(__file__).parent.parent / "searches.txt").read_text(encoding="utf-8").splitlines()
SEARCHES = [tuple(part.strip() for part in line.split("|")) for line in LINES if line and not line.startswith("#")]


@pytest.mark.parametrize(("words", "slug"), SEARCHES, ids=[words for words, _slug in SEARCHES])
def test_a_search_leads_to_its_service(real, words, slug):
    found = [service.slug for service in search.find(real, Wish(words))]
    assert slug in found[:3], found[:6]
