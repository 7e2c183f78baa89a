"""“Make this list fit you”: ticks and ways to reach out, sealed with the answers, with script and without."""

import html
import re

import pytest
from django.test import Client
from msgspec.structs import replace

from navigator.editions import content, in_force
from navigator.editions.edition import decode
from navigator.engine import walk
from navigator.engine.flow import SKIP, Choice, Guidance, Question, Recommendation
from navigator.public import cards, steps
from navigator.public.steps import BACK, CHANGE, FIT, NEXT, RESULTS, STAY, Step

FORM = "application/x-www-form-urlencoded"
TICKS = ("papers", "watched", "pictures", "deaf", "native", *(f"more-{n}" for n in range(9)))


def text(words):
    return {"en": words, "es": f"{words} (es)"}


@pytest.fixture(scope="module")
def ticked(fixtures):
    """The real content with ticks of this test's own, whatever ticks it has."""
    flow = fixtures.flow
    many = flow.many.key if flow.many else None
    about = Question(
        key="about",
        kind="many",
        title=text("What else?"),
        title_you=text("What else about you?"),
        why=text("Each tick adds help."),
        choices=tuple(
            Choice(key=key, label=text(f"Tick {key}"), when={"danger": ("no", SKIP)} if key == "watched" else {})
            for key in TICKS
        ),
    )
    rules = (
        *(rule for rule in flow.recommendations if many not in rule.when),
        Recommendation(service="ic3", rank=12, reason=text("Of ticks."), when={"about": ("papers",)}),
        Recommendation(
            service="ndvh",
            rank=11,
            reason=text("Because they are watched."),
            reason_you=text("Because you are watched."),
            when={"about": ("watched",)},
        ),
    )
    texts = (
        *(each for each in flow.guidance if many not in each.when),
        Guidance(
            key="watched", rank=2, title=text("A watched phone"), body=text("Delete."), when={"about": ("watched",)}
        ),
    )
    questions = (*(question for question in flow.questions if question.kind == "one"), about)
    made = replace(fixtures, flow=replace(flow, questions=questions, recommendations=rules, guidance=texts))
    data = content.encode(made)
    return decode(2, data, content.digest(data))


@pytest.fixture(autouse=True)
def edition(ticked):
    """The edition with these ticks in force."""
    in_force.serve(ticked)
    return ticked


class Visit:
    """A person on the pages, with script or without."""

    def __init__(self, script=False, address="/"):
        self.client, self.address = Client(enforce_csrf_checks=True), address
        self.headers = {"HX-Request": "true"} if script else {}
        self.text = self.client.get(address).content.decode()

    @property
    def token(self):
        return re.search(r'name="t" value="([^"]+)"', self.text)[1]

    @property
    def services(self):
        return re.findall(r'data-service="([^"]+)"', self.text)

    @property
    def boxes(self):
        """The ticks offered: by choice, the position and whether it is ticked."""
        found = re.findall(
            r'type="checkbox"\s+name="a"\s+value="(\d+)"\s+data-question="about"\s+data-choice="([^"]+)"( checked)?',
            self.text,
        )
        return {choice: (place, bool(checked)) for place, choice, checked in found}

    @property
    def chosen(self):
        return [choice for choice, (_place, checked) in self.boxes.items() if checked]

    @property
    def told(self):
        row = r'<dt>(.*?)</dt>\s*<dd>\s*(.*?)\s*<button type="submit"\s+name="g"\s+value="(c\d+)"'
        rows = re.findall(row, self.text, re.DOTALL)
        return {html.unescape(question): (html.unescape(answer), move) for question, answer, move in rows}

    def send(self, *fields, **more):
        body = "&".join(f"{name}={value}" for name, value in [("t", self.token), *fields, *more.items()])
        response = self.client.post(self.address, body, FORM, headers=self.headers)
        assert response.status_code == 200
        assert not response.cookies
        self.text = response.content.decode()

    def choose(self, **answers):
        for question, choice in answers.items():
            found = re.search(rf'value="(\d+)"\s+data-question="{question}"\s+data-choice="{choice}"', self.text)
            self.send(g=NEXT, c=found[1])

    def fit(self, *ticks, prefer=""):
        self.send(*(("a", self.boxes[tick][0]) for tick in ticks), ("p", prefer), ("g", FIT))


@pytest.fixture(params=[False, True], ids=["plain", "script"])
def visit(request):
    """A person on an outcome."""
    visit = Visit(request.param)
    visit.choose(danger="no", who="me")
    visit.send(g=RESULTS)
    assert visit.services
    return visit


def test_the_panel_is_closed_and_names_the_ticks_by_position(visit):
    assert visit.text.count("data-fit-panel") == 1
    assert "data-fit-panel open" not in visit.text
    assert list(visit.boxes) == list(TICKS)
    assert [place for place, _checked in visit.boxes.values()] == [str(n) for n in range(len(TICKS))]
    assert visit.chosen == []
    assert re.search(r'<button[^>]*name="g"\s+value="f"[^>]*data-fit>', visit.text)
    assert "What else about you?" in visit.text


def test_ticks_change_the_list_and_the_summary_says_how_many(visit):
    before = visit.services
    assert "ic3" not in before
    visit.fit("papers", "watched")
    assert set(before) | {"ic3", "ndvh"} == set(visit.services)
    assert visit.services.index("ndvh") < visit.services.index("ic3")
    assert visit.services.index(before[0]) < 5
    assert visit.chosen == ["papers", "watched"]
    assert "Because you are watched." in visit.text
    assert "A watched phone" in visit.text
    assert re.search(r"Make this list fit you\s+\(2 chosen\)", visit.text)
    assert "data-fit-panel open" not in visit.text
    assert re.search(r'<h1 tabindex="-1" autofocus>', visit.text)
    visit.fit()
    assert visit.services == before
    assert visit.chosen == []


def test_ticks_are_kept_through_back_and_change(visit):
    visit.fit("papers", "deaf")
    after = visit.services
    visit.send(g=BACK)
    assert not visit.services
    assert visit.boxes == {}
    visit.send(g=RESULTS)
    assert (visit.services, visit.chosen) == (after, ["papers", "deaf"])
    visit.send(g=CHANGE + "1")
    assert 'data-question="who"' in visit.text
    visit.choose(who="close")
    visit.send(g=RESULTS)
    assert visit.chosen == ["papers", "deaf"]


def test_a_tick_that_no_longer_fits_is_dropped_and_the_others_stay(visit):
    visit.fit("papers", "watched")
    visit.send(g=CHANGE + "0")
    visit.choose(danger="yes")
    visit.send(g=RESULTS)
    assert visit.chosen == ["papers"]
    assert "watched" not in visit.boxes
    assert visit.services[0] == "emergency-911"


def test_the_language_switch_keeps_the_ticks(visit):
    visit.fit("papers", prefer="q")
    after = visit.services
    visit.address = "/es/"
    visit.send(g=STAY)
    assert (visit.services, visit.chosen) == (after, ["papers"])
    assert 'name="p" value="q" checked' in visit.text
    assert "Tick papers (es)" in visit.text


def test_what_was_ticked_is_told_and_its_change_opens_the_panel(visit):
    assert "What else about you?" not in visit.told
    visit.fit("papers", "deaf")
    answer, move = visit.told["What else about you?"]
    assert answer == "Tick papers; Tick deaf"
    before = visit.services
    visit.send(g=move)
    assert visit.services == before
    assert "data-fit-panel open" in visit.text
    assert re.search(r"<summary autofocus>", visit.text)
    assert '<h1 tabindex="-1">' in visit.text
    visit.fit("papers")
    assert "data-fit-panel open" not in visit.text
    assert visit.chosen == ["papers"]


def test_the_questions_still_count_up_to_five_with_ticks_made(visit):
    visit.fit(*TICKS)
    visit.send(g=BACK)
    assert "Question 3 of up to 5" in visit.text


def test_a_way_to_reach_out_is_applied_by_the_same_button(visit):
    before = visit.services
    visit.fit("papers", prefer=cards.QUIET)
    assert "Ways without talking come first." in visit.text
    assert f'name="p" value="{cards.QUIET}" checked' in visit.text
    assert re.search(r"Make this list fit you\s+\(2 chosen\)", visit.text)
    visit.fit(prefer="")
    assert visit.services == before
    assert "Ways without talking come first." not in visit.text
    assert 'name="p" value="" checked' in visit.text


def test_the_tick_deaf_says_as_much_as_the_preference(visit):
    assert f'name="p" value="{cards.DEAF}"' not in visit.text  # the tick says it
    visit.fit("deaf")
    assert "Ways for Deaf people come first." in visit.text
    visit.fit("deaf", prefer=cards.QUIET)
    assert "Ways without talking come first." in visit.text


def test_where_nothing_can_be_ticked_the_ways_to_reach_out_are_there(visit, real, ticked):
    bare = replace(
        ticked.content,
        flow=replace(
            ticked.flow,
            questions=ticked.flow.questions[:-1],
            recommendations=tuple(rule for rule in ticked.flow.recommendations if "about" not in rule.when),
            guidance=tuple(each for each in ticked.flow.guidance if "about" not in each.when),
        ),
    )
    visit.fit("papers", prefer=cards.QUIET)
    data = content.encode(bare)
    in_force.serve(decode(3, data, content.digest(data)))
    visit.send(g=STAY)  # a token of another edition
    assert visit.services and visit.boxes == {}
    assert f'name="p" value="{cards.DEAF}"' in visit.text
    assert "Ways without talking come first." in visit.text


# Bad input


@pytest.mark.parametrize(
    "fields",
    [
        [("a", "99")],
        [("a", "-1")],
        [("a", "²")],
        [("a", "")],
        [("a", "papers")],
        [("a", "0" * 3000)],
        [("a", "999")] * 900,
        [("about", "papers")],
        [("c", "0")],
        [("p", "x" * 500)],
        [("p", "z")],
    ],
    ids=str,
)
def test_ticks_that_are_not_offered_are_dropped(visit, fields):
    before = visit.services
    visit.send(*[(name, value.replace("²", "%C2%B2")) for name, value in fields], ("g", FIT))
    assert (visit.services, visit.chosen) == (before, [])


def test_ticks_sent_twice_and_by_the_thousand_count_once(visit):
    visit.send(*[("a", "0")] * 1000, ("a", "1"), ("g", FIT))
    assert visit.chosen == ["papers", "watched"]


def test_more_fields_than_django_reads_are_no_error(visit):
    visit.client.raise_request_exception = True
    body = f"t={visit.token}&g=f&" + "a=0&" * 1600
    response = visit.client.post("/", body, FORM, headers=visit.headers)
    assert response.status_code == 200
    assert 'data-choice="papers" checked' in response.content.decode()


def test_only_the_button_applies_ticks(visit):
    for move in (BACK, STAY, NEXT, "s", "x"):
        other = Visit(bool(visit.headers))
        other.choose(danger="no", who="me")
        other.send(g=RESULTS)
        other.send(("a", "0"), ("p", "q"), ("g", move))
        other.send(g=RESULTS)
        assert other.chosen == []


def test_a_step_with_ticks_that_were_never_offered_is_mended(ticked):
    """Whatever an older edition or a stolen key may have sealed."""
    for about in (("nobody", "papers", "papers"), ("watched",) * 500, "papers", (), (SKIP,)):
        step = Step(answers={"danger": "yes", "who": "me", "about": about}, at="child", done=True, offered=("x", "y"))
        after = steps.move(ticked.flow, step, STAY, "")
        assert after.answers.get("about", ()) == (("papers",) if "papers" in about and about != "papers" else ())
        assert "watched" not in after.offered
    step = Step(answers={"danger": "no"}, at="who", done=True, offered=("papers", "gone"))
    assert steps.move(ticked.flow, step, FIT, "", ["0", "1", "2"]).answers["about"] == ("papers",)


def test_every_token_has_one_length_with_all_ticks_and_without(ticked):
    lengths = set()
    for outcome in walk.walk(ticked.flow):
        given = list(outcome.answers.items())
        every = tuple(tick.key for tick in outcome.ticks)
        for ticks in ((), every[:1], every):
            ended = steps.at(ticked.flow, Step(answers={**outcome.answers, "about": ticks}, prefer="q"))
            assert ended.done
            lengths.add(len(steps.seal(ended)))
            place = len(lengths) % len(given)
            lengths.add(len(steps.seal(steps.at(ticked.flow, ended, given[place][0]))))
    assert len(lengths) == 1
    assert lengths.pop() <= steps.LONGEST


def test_nothing_of_the_ticks_can_be_read_in_a_page_without_them(visit):
    visit.fit("papers", "native")
    visit.send(g=BACK)
    assert "papers" not in visit.text
    assert "native" not in visit.text


def test_the_panel_speaks_spanish_on_a_spanish_page():
    visit = Visit(address="/es/")
    visit.send(g=RESULTS)
    visit.fit("papers")
    for words in ("Make this list fit you", "chosen", "Any way is fine", "Show my list"):
        assert words not in visit.text
    assert "Tick papers (es)" in visit.text
