"""What each answer weighs, computed over every path: nothing stands out by its size."""

import datetime as dt
import gzip
import itertools
import re
import zlib
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import brotli
import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from django.utils import translation
from django.utils.timezone import now
from hypothesis import given, settings
from hypothesis import strategies as st

from navigator.editions import draft, in_force
from navigator.editions.edition import as_edition
from navigator.engine import walk
from navigator.public import cards, measure, places, sizes, steps, views
from services import areas
from tests.counties import HARRIS, TRAVIS, with_shelters

from .conftest import THOROUGH

ALL_SIZES = (sizes.STEP, sizes.OUTCOME, sizes.PAGE, sizes.OUTCOME_PAGE, sizes.FOUND, sizes.ALL)
LEAST_SHARE = 0.05
"""No class of outcomes holds fewer of the paths."""
SEARCHES = (Path(__file__).parent.parent / "searches.txt").read_text(encoding="utf-8").splitlines()
FORM = "application/x-www-form-urlencoded"
SWAP = {"HX-Request": "true", "HX-Request-Type": "partial", "Sec-Fetch-Site": "same-origin"}


def opened(data, encoding):
    """As a browser reads it: bit by bit, to the end, and nothing left over."""
    if encoding == "br":
        reader = brotli.Decompressor()
        found = b"".join(reader.process(data[at : at + 1000]) for at in range(0, len(data), 1000))
        assert reader.is_finished()
        return found
    if encoding == "gzip":
        reader = zlib.decompressobj(31)
        found = b"".join(reader.decompress(data[at : at + 1000]) for at in range(0, len(data), 1000))
        assert reader.eof and not reader.unused_data
        assert gzip.decompress(data) == found
        return found
    return data.rstrip(b" ")


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
@given(text=st.text(max_size=6000), least=st.sampled_from(ALL_SIZES))
@settings(max_examples=50, deadline=None)
def test_what_is_filled_up_has_its_size_and_reads_as_before(encoding, text, least):
    page = f"<p>{text}</p>"
    packed = sizes.pack(page, encoding, least)
    allowed = {size * (1 if encoding else sizes.UNCOMPRESSED) for size in least}
    assert len(packed) in allowed or len(packed) % min(allowed) == 0
    assert opened(packed, encoding) == page.encode()


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_every_length_can_be_filled_up(encoding):
    """A byte too many or too few at a seam of the formats would show here."""
    for more in range(1, 700):
        page = "".join(chr(33 + (place * 7919) % 89) for place in range(300))
        size = sizes.least(page, encoding) + more - 1
        assert len(packed := sizes.pack(page, encoding, (size,))) == size
        assert opened(packed, encoding) == page.encode()
    assert len(sizes.pack(page, encoding, (60_000,))) == 60_000


def test_no_gap_between_sizes_is_wider_than_gzip_can_fill():
    for each in ALL_SIZES:
        ladder = (0, *each, each[-1] + each[0])
        assert all(after - before < 65_000 for before, after in itertools.pairwise(ladder))


def test_a_page_that_no_size_holds_is_sent_all_the_same():
    page = "".join(f"{number * 2654435761 % 2**32:x} " for number in range(4000))
    packed = sizes.pack(page, "br", sizes.STEP)
    assert len(packed) > sizes.STEP[0] and len(packed) % sizes.STEP[0] == 0
    assert opened(packed, "br") == page.encode()


class Weighed:
    """The size of each step of an edition, as it is sent where htmx swaps it; equal ones are made once."""

    def __init__(self, edition, encoding):
        self.edition, self.encoding, self._sizes = edition, encoding, {}

    def step(self, answers):
        step = steps.at(self.edition.flow, steps.Step(answers=answers))
        return self._size((step.at, step.offered, len(answers)), step, sizes.STEP)

    def outcome(self, outcome):
        return self._size(measure._alike(outcome), steps.Step(answers=outcome.answers, done=True), sizes.OUTCOME)

    def _size(self, key, step, allowed):
        if key not in self._sizes:
            page = views.render_step(HttpRequest(), self.edition, step, whole=False)
            self._sizes[key] = len(sizes.pack(page, self.encoding, allowed))
        return self._sizes[key]


@pytest.mark.parametrize(
    ("language", "encoding"), [("en", "br"), *([("en", "gzip"), ("es", "br"), ("es", "gzip")] if THOROUGH else [])]
)
def test_no_path_stands_out_by_its_sizes(real, language, encoding):
    translation.activate(language)
    weighed, outcomes, sequences = Weighed(real, encoding), Counter(), Counter()
    for outcome in walk.walk(real.flow):
        given = list(outcome.answers.items())
        size = weighed.outcome(outcome)
        outcomes[size] += 1
        sequences[(*(weighed.step(dict(given[:place])) for place in range(len(given))), size)] += 1
    assert set(outcomes) == set(sizes.OUTCOME)
    assert min(outcomes.values()) / outcomes.total() >= LEAST_SHARE
    # What is left is how many questions there were.
    assert {size for sequence in sequences for size in sequence[:-1]} == set(sizes.STEP)
    assert min(sequences.values()) > 1, sequences


def heaviest(edition, language, most):
    words = measure._Words(edition)
    return sorted(walk.walk(edition.flow), key=words.of, reverse=True)[:most]


@pytest.mark.parametrize("language", ["en", "es"])
def test_hours_wishes_and_answers_change_an_outcome_by_less_than_is_left_free(real, language, clock):
    """Whatever is closed, whatever is put first, an outcome stays within what publishing left free."""
    translation.activate(language)
    for outcome in heaviest(real, language, 400)[:: 50 if not THOROUGH else 10]:
        step = measure.ticked(real, outcome)
        clock.move_to(dt.datetime(2026, 11, 24, 17, tzinfo=dt.UTC))
        measured = measure._taken(real, step)
        for hours in range(0, 168, 21 if not THOROUGH else 3):
            clock.move_to(dt.datetime(2026, 11, 22, 0, 30, tzinfo=dt.UTC) + dt.timedelta(hours=hours))
            for prefer in ("", *cards.PREFERENCES):
                wished = msgspec.structs.replace(step, prefer=prefer)
                assert measure._taken(real, wished) <= measured + measure.RESERVE, (hours, prefer, now())


def test_the_outcomes_with_the_most_words_are_the_heaviest(real):
    """Publishing measures those alone: so no other may be much heavier."""
    found = heaviest(real, "en", 3000)
    taken = [measure._taken(real, measure.ticked(real, one)) for one in found[:: 30 if THOROUGH else 150]]
    assert max(taken) <= max(taken[:2]) * 1.05


def test_the_real_content_keeps_to_its_sizes(fixtures):
    assert measure.too_large(fixtures) == []


def swollen(content, how_much):
    """The content with a service that has a great deal to say, unlike anything else."""
    words = " ".join(f"{number * 2654435761 % 2**32:x}" for number in range(how_much))
    named = Counter(rule.service for rule in content.flow.recommendations).most_common(1)[0][0]
    place = next(at for at, service in enumerate(content.services) if service.slug == named)
    service = msgspec.structs.replace(content.services[place], what_happens={"en": words, "es": words})
    return msgspec.structs.replace(
        content, services=(*content.services[:place], service, *content.services[place + 1 :])
    )


def test_a_service_with_too_many_words_is_found_in_each_language(fixtures):
    problems = measure.too_large(swollen(fixtures, 2500))
    assert [problem.code for problem in problems] == ["size", "size"]
    assert "English" in str(problems[0].message) and "español" in str(problems[1].message)
    assert problems[0].path


def test_a_question_with_too_many_words_is_found(fixtures):
    words = " ".join(f"{number * 2654435761 % 2**32:x}" for number in range(1000))
    question = msgspec.structs.replace(fixtures.flow.questions[1], why={"en": words, "es": "Corto."})
    questions = (fixtures.flow.questions[0], question, *fixtures.flow.questions[2:])
    content = msgspec.structs.replace(fixtures, flow=msgspec.structs.replace(fixtures.flow, questions=questions))
    assert [(each.code, each.subject) for each in measure.too_large(content)] == [("size", question.key)]


def test_what_a_finder_answers_with_too_many_words_is_found(fixtures):
    """On the list alone: no outcome grows by it, but the few words of somebody may find it."""
    words = " ".join(f"{number * 2654435761 % 2**32:x}" for number in range(1000))
    listed = next(at for at, service in enumerate(fixtures.services) if service.directory_only)
    service = msgspec.structs.replace(fixtures.services[listed], alert={"en": words, "es": "Corto."}, status="live")
    services = (*fixtures.services[:listed], service, *fixtures.services[listed + 1 :])
    found = measure.too_large(msgspec.structs.replace(fixtures, services=services))
    assert [(each.code, each.subject) for each in found] == [("size", "need")]


def test_publishing_refuses_what_leaves_its_size_and_says_so(db, fixtures, capsys):
    draft.write_draft(swollen(fixtures, 2500))
    with pytest.raises(CommandError):
        call_command("publish")
    assert "all must look alike" in capsys.readouterr().err


# Places


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_place_stands_out_by_the_size_of_the_outcome(real, language):
    translation.activate(language)
    edition = as_edition(with_shelters(real.content, HARRIS, TRAVIS))
    step = measure.ticked(edition, heaviest(edition, language, 1)[0])
    taken = {}
    for place in ("", places.NOWHERE, *places.known(edition)):
        taken[place] = measure._taken(edition, msgspec.structs.replace(step, place=place))
    assert max(taken.values()) <= sizes.OUTCOME[0] - measure.RESERVE / 2
    # Publishing measures one place; no other is much heavier.
    assert max(taken.values()) <= taken[step.place] + 100


@pytest.mark.parametrize("many", [False, True])
def test_an_edition_with_counties_keeps_to_its_sizes(client, fixtures, many):
    """As many as are listed at once, and as many as the state with the most has."""
    texas = [county for county in areas.COUNTIES if county[:2] == "48"]
    content = with_shelters(fixtures, *texas[: None if many else places.FEW])
    edition = as_edition(content)
    assert places.many(edition) is many
    assert measure.too_large(content) == []
    step = measure.ticked(edition, heaviest(edition, "es", 1)[0])
    assert areas.state_of(step.place).code == "US-TX" or not many
    assert sizes.outcome("es", many=many) == (sizes.OUTCOME_LARGE if many else sizes.OUTCOME)
    in_force.serve(edition)
    head, seen = {**SWAP, "Accept-Encoding": "gzip"}, set()
    for place in ("", "US-TX", texas[0], "US-OH"):
        token = steps.seal(msgspec.structs.replace(step, place=place))
        seen.add(len(client.post("/es/", f"t={token}&g=l", FORM, headers=head).content))
    assert seen == set(sizes.outcome("es", many=many))


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_the_list_of_all_services_has_one_size_at_every_place(client, real, encoding):
    edition = as_edition(with_shelters(real.content, HARRIS, TRAVIS))
    in_force.serve(edition)
    for head, size in (({}, sizes.ALL[0]), (SWAP, sizes.FOUND[-1])):
        head = {**head, "Accept-Encoding": encoding}
        for address in ("/all/", "/es/all/"):
            for place in (places.NOWHERE, "US-TX", "US-CA", "US-PR", HARRIS):
                assert len(client.post(address, {"s": places.seal(place)}, headers=head).content) == size, place


# Whole pages, errors and searches


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
def test_small_pages_and_errors_have_one_size(client, encoding):
    head = {"Accept-Encoding": encoding or "identity"}
    size = sizes.PAGE[0] * (1 if encoding else sizes.UNCOMPRESSED)
    for language in ("", "/es"):
        for path in ("/", "/safety/", "/privacy/", "/accessibility/", "/about/", "/worksheet/", "/nowhere/"):
            answer = client.get(language + path, headers=head)
            assert len(answer.content) == size, path
    assert len(client.put("/", headers=head).content) == size
    assert len(client.post("/", {"t": "x" * 9000}, headers=head).content) == size


def test_searches_have_few_sizes(client):
    searches = [line.split("|")[0].strip() for line in SEARCHES if line and not line.startswith("#")]
    head = {**SWAP, "Accept-Encoding": "br"}
    seen = Counter(len(client.post("/all/", {"w": words}, headers=head).content) for words in ["", "zzzz", *searches])
    assert set(seen) <= set(sizes.FOUND)
    assert len(seen) <= 3


def test_the_page_of_all_services_has_one_size_at_every_hour(client, clock):
    for language in ("", "/es"):
        for hours in range(0, 168, 24):
            clock.move_to(dt.datetime(2026, 11, 22, 0, 30, tzinfo=dt.UTC) + dt.timedelta(hours=hours))
            assert len(client.get(f"{language}/all/", headers={"Accept-Encoding": "gzip"}).content) == sizes.ALL[0]


def test_the_header_of_every_step_is_equally_long(client):
    """Whatever is answered, in either language."""
    page, seen = client.get("/", headers=SWAP), set()
    for moves in ({"g": "n", "c": "1"}, {"g": "s"}, {"g": "b"}, {"g": "r"}, {"g": "pq"}, {"g": "a"}):
        token = re.search(r'name="t"\s+value="([^"]+)"', page.content.decode())[1]
        for path in ("/es/", "/"):
            form = urlencode({"t": token, **moves})
            page = client.post(path, form, FORM, headers={**SWAP, "Accept-Encoding": "identity"})
            kept = {name: value for name, value in page.headers.items() if name != "Content-Length"}
            seen.add(sum(len(name) + len(value) for name, value in kept.items()))
    assert len(seen) == 1
