"""Of two contents, some records of the one and the rest of the other."""

import msgspec
import pytest

from navigator.editions import content
from navigator.editions.choosing import ORDER, parts, without
from navigator.editions.content import published

replace = msgspec.structs.replace


def changed(record, **values):
    return replace(record, **values)


@pytest.fixture(scope="module")
def old(fixtures):
    return published(fixtures)


@pytest.fixture(scope="module")
def new(old):
    """Every kind of record: one changed, one gone, one that came; the questions in another order."""
    flow = old.flow
    first, *questions = flow.questions
    rules = list(flow.recommendations)
    came = replace(rules[5], reason={"en": "because", "es": "porque"}, rank=rules[5].rank)
    questions[-2], questions[-3] = questions[-3], questions[-2]
    rows = list(old.services)
    gone = rows.pop(3)
    rows[0] = replace(rows[0], alert={"en": "Busy", "es": "Ocupado"})
    rows.append(replace(gone, slug="zz-new"))
    return replace(
        old,
        services=tuple(rows),
        organizations=(replace(old.organizations[0], website="https://example.org"), *old.organizations[1:]),
        flow=replace(
            flow,
            questions=(replace(first, why={"en": "So", "es": "Así"}), *questions),
            recommendations=(replace(rules[0], reason={"en": "so", "es": "así"}), *rules[2:], came),
            guidance=(replace(flow.guidance[0], body={"en": "Words", "es": "Palabras"}), *flow.guidance[2:]),
        ),
    )


def digest(value):
    ranked = {name: tuple(sorted(getattr(value.flow, name), key=lambda each: each.rank)) for name in RANKED}
    return content.digest(content.encode(replace(value, flow=replace(value.flow, **ranked))))


RANKED = ("recommendations", "guidance")


def test_nothing_left_out_is_the_new_and_everything_the_old(old, new):
    keys = {part.key for part in parts(old, new)}
    assert ORDER in keys and len(keys) == 10
    assert without(old, new, ()) is new
    assert digest(without(old, new, keys)) == digest(old)


def test_each_part_is_left_out_by_itself(old, new):
    found = parts(old, new)
    for part in found:
        made = without(old, new, {part.key})
        assert {each.key for each in parts(old, made)} == {each.key for each in found} - {part.key}, part
        assert {each.key for each in parts(made, new)} == {part.key}, part


def test_an_organization_goes_with_its_services(old):
    lone = next(
        row for row in old.organizations if sum(service.organization == row.slug for service in old.services) == 1
    )
    new = content.with_services(old, (each for each in old.services if each.organization != lone.slug))
    (part,) = parts(old, new)
    assert lone in without(old, new, {part.key}).organizations
    assert lone not in without(old, new, ()).organizations


def test_local_services_go_and_come_with_their_national_one(old):
    national = next(row.slug for row in old.services if sum(each.local_of == row.slug for each in old.services) > 1)
    new = content.with_services(old, (each for each in old.services if national not in (each.slug, each.local_of)))
    (part,) = parts(old, new)
    assert without(old, new, {part.key}).services == old.services
    (part,) = parts(new, old)
    assert without(new, old, {part.key}).services == new.services
