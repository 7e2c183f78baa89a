"""What it costs as the content grows: `python -m tests.bench.growth SERVICES QUESTIONS` prints one line of JSON.

With 0 services it takes the real content. Else services are copies of the real ones, recommended in turn, some
ten an outcome; the first question leads to one of several branches of four, so that no path has more than five.
"""

import json
import re
import sys
import time
import tracemalloc
from urllib.parse import urlencode

import django
import msgspec

from navigator.editions import content, in_force, publish
from navigator.editions.edition import Edition, decode

CHOICES = 3
BRANCH = 4
OUTCOME = 10
COUNTIES = 3000


def grown(real, services, questions):
    """The real content with so many services and questions."""
    from navigator.engine.flow import Choice, Flow, Question, Recommendation

    copies = [
        msgspec.structs.replace(
            real.services[place % len(real.services)], slug=f"service-{place}", directory_only=False
        )
        for place in range(services)
    ]
    emergency = next(service for service in real.services if service.slug == "emergency-911")
    copies[0] = msgspec.structs.replace(emergency, directory_only=False)

    def text(words):
        return dict.fromkeys(real.languages, words)

    branches = -(-(questions - 1) // BRANCH)

    def question(key, when, count):
        choices = tuple(Choice(key=str(each), label=text(f"Choice {each}")) for each in range(count))
        return Question(key=key, title=text(f"What about {key}?"), why=text("It decides."), choices=choices, when=when)

    danger = question("danger", {}, branches)
    yes = Choice(key="yes", label=text("Yes"))  # 911 is on every path, and first
    asked = [msgspec.structs.replace(danger, choices=(*danger.choices, yes))]
    for place in range(questions - 1):
        branch, depth = divmod(place, BRANCH)
        asked.append(question(f"q{branch}-{depth}", {"danger": (str(branch),)}, CHOICES))
    # Every service under one choice of a branch's first question, and some under none: on every path.
    rules = [
        Recommendation(service=service.slug, rank=place + 1, reason=text("It fits."))
        for place, service in enumerate(copies[: OUTCOME // 2])
    ]
    doors = [(branch, choice) for branch in range(branches) for choice in range(CHOICES)]
    for place, service in enumerate(copies[OUTCOME // 2 :]):
        branch, choice = doors[place % len(doors)]
        rank = place // len(doors)
        if rank >= OUTCOME // 2:  # the rest stand on the list alone
            copies[place + OUTCOME // 2] = msgspec.structs.replace(service, directory_only=True)
            continue
        when = {"danger": (str(branch),), f"q{branch}-0": (str(choice),)}
        rules.append(Recommendation(service=service.slug, rank=100 + rank, reason=text("It fits you."), when=when))
    flow = Flow(questions=tuple(asked), recommendations=tuple(rules))
    return msgspec.structs.replace(real, services=tuple(copies), flow=flow)


def local(real, count):
    """The real content with so many local services over all counties, each the local version of a national one."""
    from services import areas
    from services.records import ContactPoint, Source

    counties = sorted(areas.COUNTIES)[:COUNTIES]
    ruled = {rule.service for rule in real.flow.recommendations}
    national = [each.slug for each in real.services if each.slug in ruled and not (each.areas or each.main)]
    made = []
    for number in range(count):
        county = counties[number % len(counties)]
        words = dict.fromkeys(real.languages, f"Shelter {number} of {areas.name(county)['en']}")
        call = ContactPoint(
            kind="call",
            value=f"+1713{2_000_000 + number}",
            hours="Mo-Fr 09:00-17:00",
            timezone="America/Chicago",
        )
        made.append(
            msgspec.structs.replace(
                real.services[0],
                slug=f"local-{number}",
                category="local",
                areas=(county,),
                local_of=national[number % len(national)],
                main=False,
                name=words,
                plain={},
                ways=(call,),
                sources=(Source(title="A directory", url="https://directory.example.org/"),),
            )
        )
    return msgspec.structs.replace(real, services=(*real.services, *made))


def timed(do, times=1):
    """Microseconds of processor time that all but the quickest tenth of so many runs took, whoever else is busy."""
    taken = []
    for _ in range(times):
        before = time.process_time()
        do()
        taken.append(time.process_time() - before)
    return sorted(taken)[len(taken) // 10] * 1e6


def measure(made):
    from django.test import Client

    from navigator import models

    row = {"services": len(made.services), "questions": len(made.flow.questions)}
    walks = []
    for _ in range(3):
        before = time.perf_counter()
        report = content.check(made)
        walks.append(time.perf_counter() - before)
    assert not report.problems, report.problems[:3]
    row |= {"paths": report.paths, "walk": min(walks)}
    from navigator.editions.draft import write_draft

    write_draft(made)
    published = []
    for _ in range(3):
        before = time.perf_counter()
        publish.publish()
        published.append(time.perf_counter() - before)
    row["publish"] = min(published)
    assert models.Edition.objects.count() == 3

    client = Client()
    form = "application/x-www-form-urlencoded"
    token = re.search(r'name="t" value="([^"]+)"', client.get("/").content.decode())[1]
    step = urlencode({"t": token, "g": "n", "c": "0"})
    outcome = urlencode({"t": token, "g": "r", "c": "0"})

    def post(body):
        return client.post("/", body, form, headers={"HX-Request": "true"})

    def anew(body):
        in_force.serve(Edition(made, 1, "1"))
        return post(body)

    for name, body in (("step", step), ("outcome", outcome)):
        taken = timed(lambda body=body: anew(body), 60) - timed(lambda: Edition(made, 1, "1"), 20)
        row |= {f"{name}_made": taken, name: timed(lambda body=body: post(body), 600)}
    return row


def main():
    django.setup()
    import logging

    logging.disable(logging.CRITICAL)
    from django.core.management import call_command

    from tests.server import ROOT

    call_command("migrate", verbosity=0)

    services, questions = map(int, sys.argv[1:])
    real = content.read_fixtures(ROOT / "fixtures")
    made = grown(real, services, questions) if services else real
    row = measure(made)
    data = content.encode(made)
    tracemalloc.start()
    kept = decode(1, data, content.digest(data))
    row["memory"] = tracemalloc.get_traced_memory()[0] / 1024 / 1024
    assert kept.number == 1
    print(json.dumps(row))


if __name__ == "__main__":
    main()
