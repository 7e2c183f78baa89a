"""Print the performance table: `make bench`, or `python -m tests.bench [--rounds N] [--seconds S]`.

Needs no network and no other load on the machine. The server under test runs on one core and the client on
another. The kinds of request are measured in turn, over and over, so that what disturbs one disturbs all;
what counts is the ratio within a round, not the number of requests a second of this machine.
"""

import argparse
import contextlib
import itertools
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import brotli

from navigator.editions import content
from navigator.public import steps
from tests.server import ROOT, Server, environment, manage

from . import client
from .processes import memory, used

SEED = 20261124
WALKS = 400
"""Walks through the questions, each answer by chance: what a few hundred people may do within a minute."""
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
GOALS = {"step to empty view": 0.6, "step to wizard": 15.0}


def pinned(core: int):
    """Give a process to one core, if the machine has more than one."""
    return (lambda: os.sched_setaffinity(0, {CORES[core]})) if len(CORES) > 1 else None


# Scripts: what one visitor sends


def walks():
    """Random walks: for each the choices made, and what is posted on the way, as (kind, body)."""
    import django

    django.setup()

    flow = content.read_fixtures(ROOT / "fixtures").flow
    chance = random.Random(SEED)
    found = []
    for _ in range(WALKS):
        step, posts = steps.start(flow), []
        while not step.done:
            position = str(chance.randrange(len(step.offered)))
            body = urlencode({"t": steps.seal(step), "g": steps.NEXT, "c": position}).encode()
            step = steps.move(flow, step, steps.NEXT, position)
            posts.append(("outcome" if step.done else "step", body))
        found.append((step.answers, posts))
    return found


def scripts(found):
    """A script for each kind of request, by name."""
    moves = [body for _given, posts in found for kind, body in posts if kind == "step"]
    outcomes = [body for _given, posts in found for kind, body in posts if kind == "outcome"]
    random.Random(SEED).shuffle(moves)

    def one(name, sent):
        def script(turn):
            yield name, sent[turn % len(sent)]

        return script

    def post(body):
        return client.request("POST", "/", body, HX_Request="true", Sec_Fetch_Site="same-origin")

    first = client.request("GET", "/")

    def walk(turn):
        yield "first view", first
        for kind, body in found[turn % len(found)][1]:
            yield kind, post(body)

    def wizard(turn):
        _status, head, _body = yield "wizard start", first
        cookies = dict(re.findall(r"set-cookie: *(\w+)=(\w+)", head.decode()))
        sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
        for key, choice in found[turn % len(found)][0].items():
            fields = {"wizard-current_step": key, f"{key}-answer": choice}
            fields["csrfmiddlewaretoken"] = cookies["csrftoken"]
            yield "wizard step", client.request("POST", "/", urlencode(fields).encode(), Cookie=sent)

    return {
        "empty view": one("empty view", [first]),
        "first view": one("first view", [first]),
        "step": one("step", [post(body) for body in moves]),
        "outcome": one("outcome", [post(body) for body in outcomes]),
        "walk": walk,
        "wizard": wizard,
    }


# Servers


@contextlib.contextmanager
def servers(folder):
    """The site, the empty view and the wizard, each on a port of its own and on the first core."""
    options = ("--blocking-threads", "16")
    with contextlib.ExitStack() as stack:
        made = {}
        for name, target in (("site", ""), ("bare", "tests.bench.bare"), ("wizard", "tests.bench.wizard")):
            more = ("--factory",) if target else ()
            server = Server(
                folder, app=f"{target}:application" if target else None, alive="/" if target else "/healthz"
            )
            stack.callback(server.stop)
            made[name] = server.start(*options, *more, before=pinned(0))
        yield made


# What is printed


def title(words):
    print(f"\n{words}\n{'-' * len(words)}")


def speed(made, found, rounds, seconds):
    """Requests a second, in turn; the ratios round by round."""
    place = {"empty view": "bare", "wizard": "wizard"}
    made_by_name = scripts(found)
    warm(made["site"], found)
    rates = {name: [] for name in made_by_name}
    costs = {name: [] for name in made_by_name}
    times = {name: {} for name in made_by_name}
    walked = {"walk": [], "wizard": []}
    failed = []
    for turn in range(rounds + 1):
        for name, script in made_by_name.items():
            server = made[place.get(name, "site")]
            before = used(server)
            result = client.load(server.port, script, seconds)
            count = sum(map(len, result.times.values()))
            costs[name].append((used(server) - before) / count * 1e6)
            failed += result.failed
            if turn == 0:  # the first round warms up
                continue
            rates[name].append(count / result.seconds)
            for kind, taken in result.times.items():
                times[name].setdefault(kind, []).extend(taken)
            if name in walked:
                begun = result.times["first view" if name == "walk" else "wizard start"]
                walked[name].append(len(begun) / result.seconds)
    title("Requests a second, and how long one takes")
    print(f"{'':26}{'median':>9}{'least':>9}{'most':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}")
    for name, each in rates.items():
        taken = sorted(itertools.chain.from_iterable(times[name].values()))
        p50, p99 = (taken[int(len(taken) * share)] * 1000 for share in (0.5, 0.99))
        print(f"{name:26}{statistics.median(each):9.0f}{min(each):9.0f}{max(each):9.0f}{p50:9.2f}{p99:9.2f}", end="")
        print(f"{statistics.median(costs[name][1:]):9.0f}")
    title(f"Ratios, round by round ({rounds} rounds of {seconds:g} s each)")
    print(f"{'':26}{'median':>9}{'least':>9}{'most':>9}{'goal':>9}")
    pairs = {
        "step to empty view": (rates["step"], rates["empty view"]),
        "outcome to empty view": (rates["outcome"], rates["empty view"]),
        "step to wizard": (rates["step"], rates["wizard"]),
        "whole walks to wizard's": (walked["walk"], walked["wizard"]),
    }
    for name, (ours, theirs) in pairs.items():
        each = [a / b for a, b in zip(ours, theirs, strict=True)]
        goal = f"{GOALS[name]:9g}" if name in GOALS else ""
        print(f"{name:26}{statistics.median(each):9.2f}{min(each):9.2f}{max(each):9.2f}{goal}")
    print(f"failed requests: {len(failed)} {failed[:3] or ''}")


def warm(site, found):
    """Send every step once, and see that the right question comes back."""
    connection = client.Connection(site.port)
    for given, posts in found:
        for (kind, body), key in zip(posts, [*list(given)[1:], ""], strict=True):
            sent = client.request("POST", "/", body, HX_Request="true")
            status, _head, page = connection.ask(sent)
            text = brotli.decompress(page).decode()
            assert status == 200
            assert 'data-service="' in text if kind == "outcome" else f'data-question="{key}"' in text, (given, key)
    connection.close()


def weight(site):
    title("Bytes on the wire")
    for encoding in ("br", "gzip"):
        page = site.get("/", encoding)
        names = set(re.findall(r'<(?:link|script)\b[^>]*(?:href|src)="([^"]+)"', page.text))
        files = {name: len(site.get(name, encoding).sent) for name in names}
        style = sum(size for name, size in files.items() if name.endswith(".css"))
        total = len(page.sent) + sum(files.values())
        print(f"{encoding:5} first view {total}, of it HTML {len(page.sent)} and CSS {style}", end="; ")
        step = site.post("/", {"t": page.token, "g": "n", "c": "1"}, encoding)
        outcome = site.post("/", {"t": page.token, "g": "r"}, encoding)
        everything = site.get("/all/", encoding)
        print(f"a step {len(step.sent)}, an outcome {len(outcome.sent)}, all numbers {len(everything.sent)}")


def grown(folder, *arguments):
    """What growth.py measures, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.bench.growth", *map(str, arguments)],
        cwd=ROOT,
        env=environment(folder, DJANGO_SETTINGS_MODULE="tests.settings"),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=pinned(0),
    )
    return json.loads(done.stdout)


def local(folder):
    title("With 5,000 local services in 3,000 counties, against the real content without them")
    found = grown(folder, "local", 5000)
    before, after = found["without"], found["with"]
    lines = [
        ("a step, of one without them", after["step"] / before["step"], "goal 1.2"),
        ("a step made anew", after["step_made"] / before["step_made"], "goal 1.2"),
        ("an outcome", after["outcome"] / before["outcome"], "goal 1.2"),
        ("an outcome made anew", after["outcome_made"] / before["outcome_made"], "goal 1.2"),
        ("an outcome in a county, made anew", after["here_made"] / before["here_made"], "goal 1.2"),
        ("the walk with its proofs, s of CPU", after["walk"], "goal 2"),
        ("to publish, s of CPU", after["publish"], "goal 10"),
        ("/all/ in a county, KB", after["all"], "goal 60"),
        ("memory of a web process, MB", after["memory"], "goal 160"),
    ]
    for name, value, goal in lines:
        print(f"{name:36}{value:9.2f}   ({goal})", flush=True)


def growth(folder):
    title("As the content grows")
    print(f"{'services':>9}{'questions':>10}{'paths':>8}{'walk s':>9}{'publish s':>10}{'edition MB':>11}", end="")
    print(f"{'step µs':>9}{'made µs':>9}{'outcome µs':>11}{'made µs':>9}", flush=True)
    first = None
    cases = [(0, 0), (10, 14), (100, 14), (1000, 14), (100, 5), (100, 20), (100, 40)]
    for services, questions in cases:
        row = grown(folder, services, questions)
        print(
            f"{row['services']:9}{row['questions']:10}{row['paths']:8}{row['walk']:9.3f}{row['publish']:10.2f}", end=""
        )
        print(f"{row['memory']:11.1f}{row['step']:9.0f}{row['step_made']:9.0f}", end="")
        print(
            f"{row['outcome']:11.0f}{row['outcome_made']:9.0f}{'   the real content' if not services else ''}",
            flush=True,
        )
        if services == 10:
            first = row
        if services == 1000:
            ratios = {name: row[name] / first[name] for name in ("step", "step_made", "outcome", "outcome_made")}
    print("from 10 to 1,000 services a step costs", end=" ")
    print(f"{ratios['step']:.2f} times as much (goal: 1.2), one made anew {ratios['step_made']:.2f}, ", end="")
    print(f"an outcome {ratios['outcome']:.2f}, one made anew {ratios['outcome_made']:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--only", choices=["speed", "growth", "local"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="navigator-bench-") as name:
        folder = Path(name)
        os.environ.update(environment(folder, DJANGO_SETTINGS_MODULE="navigator.settings"))
        if options.only in (None, "speed"):
            manage(folder, "setup")
            with servers(folder) as made:
                found = walks()
                if len(CORES) > 1:
                    os.sched_setaffinity(0, {CORES[1]})
                speed(made, found, options.rounds, options.seconds)
                title("Memory, MB")
                for each, server in made.items():
                    *workers, watcher = memory(server)
                    print(f"{each:10} web process {', '.join(f'{size:.0f}' for size in workers)}", end="")
                    print(f" (goal for the site: 120); the one that watches it {watcher:.0f}")
                weight(made["site"])
        if options.only in (None, "growth"):
            growth(folder)
        if options.only in (None, "local"):
            local(folder)


if __name__ == "__main__":
    main()
