"""The fixed examples of the routing table."""

import io
import json

import pytest
from django.core.management import call_command

EXAMPLES = [
    ("danger=yes who=me child=no need=controlled aim=help", ["emergency-911", "nhth"], []),
    ("danger=no who=me child=no need=controlled aim=help", ["nhth"], ["t-u-visa-information"]),
    ("danger=no who=other child=yes need=controlled aim=report", ["ncmec-hotline", "ice-tip-line"], []),
    ("danger=no who=other child=no need=report topic=people", ["nhth", "ice-tip-line"], []),
    ("danger=no who=close child=yes need=child childneed=missing", ["emergency-911", "ncmec-hotline"], []),
    ("danger=no who=close child=no need=crime custody=ice", ["ice-voice", "dhs-vine"], []),
    ("danger=unsure who=work child=yes need=hurt harm=sexual", ["childhelp", "emergency-911", "rainn"], []),
    ("danger=no who=me child=no need=hurt harm=self", ["988-lifeline"], ["crisis-text-line"]),
    ("danger=no who=skip child=unsure need=other", ["dial-211"], ["victimconnect"]),
    ("danger=skip who=skip child=skip need=skip", ["dial-211", "emergency-911"], []),
    ("danger=no who=me child=no need=officer issue=staff", ["dhs-oig-hotline"], ["ice-opr"]),
]


@pytest.mark.parametrize(("answers", "first", "also"), EXAMPLES, ids=[example[0] for example in EXAMPLES])
@pytest.mark.parametrize("source", [[], ["--draft"]], ids=["edition", "draft"])
def test_explain_gives_the_fixed_examples(db, answers, first, also, source):
    out = io.StringIO()
    call_command("explain", *answers.split(), "--json", *source, stdout=out)
    found = json.loads(out.getvalue())
    slugs = [service["slug"] for service in found["services"]]
    assert found["question"] is None
    assert slugs[: len(first)] == first
    assert set(also) <= set(slugs)
    assert [service["rank"] for service in found["services"]] == list(range(1, len(slugs) + 1))
    assert all(service["reason"] for service in found["services"])
