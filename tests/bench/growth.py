"""What it costs as the content grows: `python -m tests.bench.growth SERVICES QUESTIONS` prints one line of JSON, and
so does `local COUNT`, with so many local services besides.

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

from navigator.editions import content, in_force
from navigator.editions.edition import Edition, decode

CHOICES = 3
BRANCH = 4
OUTCOME = 10
COUNTIES = 3000


def grown(real, services, questions):
    """The real content with so many services and questions."""
    from navigator.engine.flow import Choice, Flow, Question, Recommendation

    # A local one borrows words, and no rule may name one that is not live.
    whole = [service for service in real.services if service.status == "live" and not service.local_of]
    copies = [
        msgspec.structs.replace(whole[place % len(whole)], slug=f"service-{place}", directory_only=False)
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
    from navigator import models
    from navigator.editions import publish
    from navigator.editions.draft import write_draft

    row = {"services": len(made.services), "questions": len(made.flow.questions)}
    walks = []
    for _ in range(3):
        before = time.perf_counter()
        report = content.check(made)
        walks.append(time.perf_counter() - before)
    assert not report.problems, report.problems[:3]
    row |= {"paths": report.paths, "walk": min(walks)}
    write_draft(made)
    published = []
    for _ in range(3):
        before = time.perf_counter()
        publish.publish()
        published.append(time.perf_counter() - before)
    row["publish"] = min(published)
    assert models.Edition.objects.count() == 3
    return row | costs(made)


def costs(made, place=""):
    """Microseconds that a step and an outcome take, kept and made anew; with a place, the outcome there too."""
    from django.test import Client

    from navigator.public import steps

    client = Client()
    form = "application/x-www-form-urlencoded"
    in_force.serve(Edition(made, 1, "1"))
    token = re.search(r'name="t" value="([^"]+)"', client.get("/").content.decode())[1]
    bodies = {
        "step": urlencode({"t": token, "g": "n", "c": "0"}),
        "outcome": urlencode({"t": token, "g": "r", "c": "0"}),
    }
    if place:
        bodies["here"] = urlencode({"t": steps.seal(steps.Step(done=True, place=place)), "g": "r"})

    def post(body):
        return client.post("/", body, form, headers={"HX-Request": "true"})

    # Pages of an edition that is as good as new: what it keeps is forgotten, what was looked up in it is not.
    edition = Edition(made, 1, "1")

    def anew(body):
        edition._derived.clear()
        in_force.serve(edition)
        return post(body)

    row = {}
    for name, body in bodies.items():
        anew(body)
        row |= {f"{name}_made": timed(lambda body=body: anew(body), 60)}
        row |= {name: timed(lambda body=body: post(body), 600)}
    return row


def measure_local(real, count):
    """What so many local services cost, beside the content without them, in processor time."""
    import os
    from pathlib import Path

    from django.test import Client

    from navigator.editions import publish
    from navigator.editions.draft import write_draft
    from navigator.public import places, sizes
    from navigator.public.measure import too_large
    from services import areas
    from tests.server import Server, manage

    from .processes import memory

    folder = Path(os.environ["DATA_DIR"])
    manage(folder, "setup")
    made = local(real, count)
    county = made.services[-1].areas[0]
    found = {"without": costs(real, county), "with": costs(made, county)}
    row = found["with"]
    before = time.process_time()
    report = content.check(made)
    row |= {"paths": report.paths, "walk": time.process_time() - before}
    assert not report.problems, report.problems[:3]
    write_draft(made)
    before = time.process_time()
    publish.publish(measure=too_large)
    row["publish"] = time.process_time() - before
    page = Client().post("/all/", {"s": places.seal(county)}).content.decode().rstrip()
    assert areas.county_name(county)["en"] in page
    row["all"] = max(sizes.least(page, encoding) for encoding in ("br", "gzip")) / 1024
    with Server(folder) as server:
        assert server.get("/healthz").text == '{"edition": 2}'
        server.get("/all/")
        row["memory"] = memory(server)[0]
    return found


def main():
    django.setup()
    import logging

    logging.disable(logging.CRITICAL)
    from django.core.management import call_command

    from tests.server import ROOT

    call_command("migrate", verbosity=0)

    real = content.read_fixtures(ROOT / "fixtures")
    if sys.argv[1] == "local":
        print(json.dumps(measure_local(content.published(real), int(sys.argv[2]))))
        return
    services, questions = map(int, sys.argv[1:])
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
