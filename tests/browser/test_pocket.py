"""The pocket edition, opened from a file in real browsers without a network; equal to the engine, path by path."""

import itertools
import json
import random

import msgspec
import pytest

from navigator.editions.edition import as_edition
from navigator.engine import flow
from navigator.engine.walk import walk
from navigator.public import cards, places, pocket
from navigator.public import search as site_search
from tests.public.test_finder import ODD
from tests.public.test_search import SEARCHES
from tests.stories import FOLDER

from .conftest import JOURNEY, until
from .test_access import sideways, violations
from .test_trace import history, needles, search

RANDOM = 20_000

RUN = """(given) => {
  const [paths, others] = JSON.parse(given);
  const data = JSON.parse(document.getElementById("data").textContent), flow = makeFlow(data);
  const slugs = Object.keys(data.services), texts = data.guidance.map((each) => each.key);
  const place = (slug) => slugs.indexOf(slug);
  const told = (answers, where) => {
    const found = flow.outcome(answers, where);
    const rules = found.services.map((each) => place(each.service) + (each.reason ? "" : "-")).join();
    return rules + ";" + found.guidance.map((each) => texts.indexOf(each.key)).join();
  };
  const said = [];
  for (const answers of paths) {
    const ticks = flow.offeredTicks(answers), some = ticks.length ? [...ticks.map((tick) => [tick]), ticks] : [];
    said.push([flow.next(answers) || "", ticks.join(), told(answers, "")].join(" "));
    for (const ticked of some) said.push(told({ ...answers, [flow.many.key]: ticked }, ""));
  }
  for (const [answers, where] of others)
    said.push([flow.next(answers) || "", flow.offeredTicks(answers).join(), told(answers, where)].join(" "));
  return said.join("\\n");
}"""


class Engine:
    """What the engine says, in the same words."""

    def __init__(self, edition):
        self.edition, self.flow, self.many = edition, edition.flow, edition.flow.many
        self.place = {slug: str(place) for place, slug in enumerate(edition.services)}
        ordered = sorted(edition.flow.guidance, key=lambda text: text.rank)
        self.text = {text.key: str(place) for place, text in enumerate(ordered)}
        self._less = {}

    def less(self, given):
        """The edition with those rules alone that can hold with these answers, whatever is ticked: to ask all of
        them a hundred thousand times takes minutes."""
        path = tuple(pair for pair in given.items() if pair[0] != self.many.key)
        if path not in self._less:
            most = {**given, self.many.key: tuple(tick.key for tick in self.many.choices)}
            rules = tuple(rule for rule in self.flow.recommendations if flow.holds(rule.when, most))
            self._less[path] = _Less(self.edition, msgspec.structs.replace(self.flow, recommendations=rules))
        return self._less[path]

    def told(self, answers, where):
        given = flow.complete(self.flow, answers)
        shown = type(self.edition).recommend(self.less(given), given, where)
        found = (
            self.place[each.slug] + ("" if each.slug == rule.service and rule.reason else "-") for each, rule in shown
        )
        return ",".join(found) + ";" + ",".join(self.text[each.key] for each in flow.guide(self.flow, given))

    def whole(self, answers, where):
        asked = flow.next_question(self.flow, answers)
        ticks = ",".join(tick.key for tick in flow.offered_ticks(self.flow, answers))
        return f"{asked.key if asked else ''} {ticks} {self.told(answers, where)}"

    def path(self, answers):
        """One path, with each tick that is offered there alone, and with all of them."""
        yield self.whole(answers, "")
        if ticks := tuple(tick.key for tick in flow.offered_ticks(self.flow, answers)):
            for some in (*((tick,) for tick in ticks), ticks):
                yield self.told({**answers, self.many.key: some}, "")


class _Less:
    """What ``Edition.recommend`` needs of an edition."""

    def __init__(self, edition, asked):
        self.services, self.local, self.flow = edition.services, edition.local, asked


def by_chance(edition):
    """Answers as no page would send them too: of questions that are not asked, of choices that there are not."""
    chance = random.Random(20_261_124)
    asked, known = edition.flow.questions, ("", *places.known(edition))
    for _ in range(RANDOM):
        answers = {}
        for question in asked:
            keys = [choice.key for choice in question.choices]
            if question.kind == "many":
                answers[question.key] = tuple(chance.sample(keys, chance.randrange(len(keys) + 1)))
            elif chance.random() < 0.8:
                answers[question.key] = chance.choice([*keys, *keys, "skip", "no such choice"])
        yield answers, chance.choice(known)


@pytest.fixture(scope="module")
def files(real, tmp_path_factory):
    """The addresses of the pages, as files."""
    folder = tmp_path_factory.mktemp("stick")
    for name, language, kiosk in (("en", "en", False), ("es", "es", False), ("kiosk", "en", True)):
        (folder / f"{name}.html").write_text(pocket.build(real, language, kiosk=kiosk))
    return lambda name: (folder / f"{name}.html").as_uri()


@pytest.fixture
def opened(page, files):
    """The page in Chromium; no request leaves it, and no error is raised in it."""
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text))
    page.context.set_offline(True)
    page.goto(files("en"))
    yield page
    assert wrong == []


def press(page, selector):
    """As a person would, not right after the step appeared."""
    page.wait_for_timeout(420)
    page.locator(selector).first.click()


def travel(page, steps=JOURNEY):
    for question, choice in steps:
        page.locator(f"[data-question={question}][data-choice={choice}]").check()
        press(page, "#step [data-continue]")


def shown(page):
    """The services on the outcome, in their order."""
    return page.locator("#step article").evaluate_all("all => all.map(each => each.dataset.service)")


@pytest.fixture
def counties(real):
    """The edition with a county in Texas that has every other service of its state as its own."""
    texan = [service.slug for service in real.content.services if service.areas == ("US-TX",)][::2]
    services = (
        msgspec.structs.replace(service, areas=("48201",), before=bool(service.local_of))
        if service.slug in texan
        else service
        for service in real.content.services
    )
    return as_edition(msgspec.structs.replace(real.content, services=tuple(services)))


def show(page, folder, edition):
    (folder / "en.html").write_text(pocket.build(edition, "en"))
    page.goto((folder / "en.html").as_uri())


@pytest.mark.timeout(600)  # on a machine with much else to do
def test_every_path_every_tick_every_place_and_chance_end_as_the_engine_says(page, counties, tmp_path):
    engine, paths = Engine(counties), [outcome.answers for outcome in walk(counties.flow)]
    each = [(paths[len(paths) * at // 60 % len(paths)], place) for at, place in enumerate(places.known(counties))]
    others = [*each, *by_chance(counties)]
    show(page, tmp_path, counties)
    said = page.evaluate(RUN, json.dumps([paths, others])).split("\n")
    expected = [line for path in paths for line in engine.path(path)]
    expected += [engine.whole(answers, place) for answers, place in others]
    assert len(paths) > 6000
    assert len(said) == len(expected)
    assert [pair for pair in zip(said, expected, strict=True) if pair[0] != pair[1]][:3] == []


FIND = """(given) => {
  const data = JSON.parse(document.getElementById("data").textContent), flow = makeFlow(data);
  const finder = makeFinder(data, flow);
  const [searches, offered] = JSON.parse(given);
  return searches.map(([words, place]) => [finder.fitting(words, place), finder.fits("need", offered, words)]);
}"""


def searches():
    """All that the site's own search is tested with, some of it mistyped, and what makes no sense."""
    few = [line.split("\t")[1] for name in ("en", "es") for line in _few(name)]
    slips = [words[: len(words) // 2] + words[len(words) // 2 + 1 :] for words in few]
    numbers = ["888-373-7888", "1 888 373 7888", "8883737", "988", "911", "741741", "(888) 373", "37"]
    odd = [*ODD.values(), "J-1 visa", "de la", "x" * 101]
    return [*(words for words, _slug in SEARCHES), *few, *slips, *numbers, *odd]


def _few(language):
    return (FOLDER / f"few-words-{language}.tsv").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", ["en", "es"])
def test_whatever_words_find_on_the_site_they_find_here(page, files, real, name):
    question = real.flow.question("need")
    offered = [choice.key for choice in question.choices]
    asked = [(words, "") for words in searches()] + [(words, "US-TX") for words, _slug in SEARCHES[::3]]
    page.goto(files(name))
    found = page.evaluate(FIND, json.dumps([asked, offered]))
    wrong = []
    for (words, place), said in zip(asked, found, strict=True):
        read = site_search.read(words)
        services = [each.slug for each in site_search.find(real, site_search.Wish(read), place)] if read else []
        expected = [services, site_search.find_choices(real, "need", offered, read)]
        if said != expected:
            wrong.append((words, place, said, expected))
    assert wrong[:3] == []


@pytest.mark.parametrize("name", ["en", "kiosk"])
def test_on_paper_stand_the_numbers_that_the_site_prints(page, files, real, name):
    page.goto(files(name))
    script = "(slugs) => { const own = JSON.parse(data.textContent); return slugs.map(slug => numbersOf(own, slug)); }"
    found = page.evaluate(script, [*real.services])
    kept = [list(dict.fromkeys(numbers)) for numbers in found]
    assert kept == [cards.wallet([cards.timeless(real, service)]) for service in real.services.values()]


def test_what_came_first_stays_among_those_shown_at_once(page, real, tmp_path, monkeypatch):
    """With five shown at once, no ticks of the real content push the first one out; with two, many do."""
    monkeypatch.setattr(flow, "FIRST_SHOWN", 2)
    engine, others = Engine(real), list(itertools.islice(by_chance(real), 500))
    show(page, tmp_path, real)
    said = page.evaluate(RUN, json.dumps([[], others])).split("\n")
    assert said == [engine.whole(answers, place) for answers, place in others]


def walk_on(hand, steps):
    """Give these answers in any browser."""
    for question, choice in steps:
        here = f"[data-question={question}][data-choice={choice}]"
        until(hand, f"!!document.querySelector('#step {here}')")
        hand.pause(0.45)
        hand.click(f"#step {here}")
        hand.click("#step [data-continue]")


EACH = [("chromium", "en"), ("webkit", "es"), ("firefox", "en")]


@pytest.mark.parametrize(("hand", "name"), EACH, indirect=["hand"])
def test_a_journey_in_each_browser_from_a_file(hand, files, real, profile, name):
    hand.open(files(name))
    walk_on(hand, JOURNEY)
    until(hand, "!!document.querySelector('#step article')")
    found = hand.run("[].map.call(document.querySelectorAll('#step article'), each => each.dataset.service)")
    assert list(found) == [service.slug for service, _rule in real.recommend(dict(JOURNEY))]
    assert hand.run("document.querySelector('#step article').className") == "card best"
    assert hand.run("document.activeElement.tagName") == "H1"
    for question, choice in reversed(JOURNEY[3:]):  # the browser's own Back
        hand.pause(0.45)
        hand.back()
        until(hand, f"!!document.querySelector('#step [data-question={question}][data-choice={choice}]:checked')")
    walk_on(hand, JOURNEY[3:4])  # the answer after it still holds
    until(hand, "!!document.querySelector('#step article')")
    hand.click("header [data-leave]")
    until(hand, "location.href === 'about:blank' && !document.body.firstChild")
    for step in (hand.back, hand.forward, hand.forward, hand.back):
        step()
        hand.pause(0.4)
        assert not hand.run("document.body ? document.body.innerText.trim() : ''"), step.__name__
    if hasattr(hand, "quit"):  # of Firefox; of Chromium below
        hand.pause(1)
        hand.quit()
        assert search(profile, {name + ".html"}), "the profile was not searched where it matters"
        titles = {real.flow.question(question).title["en"] for question, _choice in JOURNEY}
        assert search(profile, titles | {"VOICE", *found}) == {}


def test_a_few_words_lead_to_a_choice_and_to_services(opened):
    travel(opened, JOURNEY[:3])
    opened.locator("#step .find > summary").click()
    opened.locator("#few").fill("zzzz")
    opened.keyboard.press("Enter")
    assert "Nothing fits these words" in opened.locator("#found").inner_text()
    opened.locator("#few").fill("my bos took my pasport")
    opened.keyboard.press("Enter")
    assert opened.locator("#found [data-pick]").first.get_attribute("data-choice") == "controlled"
    assert opened.locator("#found article").count() == 3
    assert opened.locator("#found [data-service=nhth] a[href^='tel:']").is_visible()
    assert opened.locator("#said").inner_text() == "3 answers fit"
    opened.locator("[data-pick]").first.click()
    assert opened.locator("#step [name=c]:checked").get_attribute("value") == "controlled"
    assert opened.evaluate("document.activeElement.value") == "controlled"
    press(opened, "#step [data-continue]")
    assert opened.locator("#step [data-question=aim]").count()


def test_shift_three_times_leaves(opened):
    travel(opened, JOURNEY[:2])
    for words in ("Press Shift 2 more times to leave this page.", "Press Shift once more to leave this page."):
        opened.keyboard.press("Shift")
        assert opened.locator("#leaving").inner_text() == words
    opened.keyboard.press("a")
    assert not opened.locator("#leaving").is_visible()
    for _ in range(3):
        opened.keyboard.press("Shift")
    opened.wait_for_url("about:blank")


def test_back_change_ticks_place_and_preference(opened, real):
    travel(opened)
    press(opened, "#step [data-back]")
    assert opened.locator("#step [data-choice=ice]").is_checked()
    press(opened, "#step [data-continue]")
    press(opened, "#step [data-told] summary")
    press(opened, "#step [data-change=who]")
    assert opened.locator("#step [data-choice=close]").is_checked()
    opened.locator("#step [data-choice=me]").check()
    press(opened, "#step [data-continue]")
    answers = {**dict(JOURNEY), "who": "me"}
    assert shown(opened) == [service.slug for service, _rule in real.recommend(answers)]
    press(opened, "[data-fit-panel] summary")
    opened.locator("#place").select_option("US-TX")
    opened.locator("#step [data-choice=deaf]").check()
    press(opened, "#step [data-fit]")
    answers["about"] = ("deaf",)
    assert shown(opened) == [service.slug for service, _rule in real.recommend(answers, "US-TX")]
    assert "Ways for Deaf people come first." in opened.locator("#step").inner_text()
    press(opened, "[data-move=anew]")
    assert opened.locator("#step [data-question=danger]").count()


def test_the_list_is_searched_and_shows_the_lines_of_a_state(opened):
    press(opened, "[data-view=all]")
    for words in ("trafficking hotline", "888-373-7888"):
        opened.locator("#word").fill(words)
        press(opened, "#search button")
        found = opened.locator("#matches article").evaluate_all("all => all.map(each => each.dataset.service)")
        assert found[0] == "nhth"
    opened.locator("#word").fill("zzzz")
    press(opened, "#search button")
    assert opened.locator("#matches h2").inner_text() == "Nothing fits"
    assert opened.locator("#groups").is_visible()
    opened.locator("#area").select_option("US-TX")
    assert opened.locator("[data-state]:visible").evaluate_all("all => all.map(each => each.dataset.state)") == [
        "US-TX"
    ]
    press(opened, "[data-view=step]")
    assert opened.locator("#step h1").is_visible()


def test_without_script_it_is_the_list_of_all_numbers(launch, files, real):
    page = launch(java_script_enabled=False).pages[0]
    page.goto(files("en"))
    listed = page.locator("#all article").evaluate_all("all => all.map(each => each.dataset.service)")
    assert set(listed) == set(real.services)
    assert page.locator("h1").all_inner_texts() == ["All numbers", "Safety"]
    assert not page.locator("#search, #where, [data-view]").filter(visible=True).count()


@pytest.mark.parametrize("end", ["close", "leave"])
def test_nothing_is_left_but_a_neutral_name(launch, profile, files, end):
    context = launch(viewport={"width": 390, "height": 844})
    page = context.pages[0]
    page.goto(files("en"))
    travel(page)
    press(page, "[data-view=all]")
    page.locator("#word").fill("glimmerglass suicide")
    press(page, "#search button")
    for there in ("article", "[data-question=custody]", "[data-question=need]"):
        page.go_back()
        page.locator(f"#step {there}").first.wait_for()
    page.locator("#step .find > summary").click()
    page.locator("#few").fill("glimmerglass suicide")
    page.keyboard.press("Enter")
    if end == "leave":
        page.locator("header [data-leave]").click()
        page.wait_for_url("about:blank")
        assert page.content() == "<html><head></head><body></body></html>"
        page.go_back()
        assert not page.locator("article, [data-question]").count()
    page.wait_for_timeout(500)
    context.close()
    assert search(profile, {"en.html"}), "the profile was not searched where it matters"
    assert search(profile, needles() | {"glimmerglass"}) == {}
    assert {(url.rpartition("/")[2], title) for url, title in history(profile)} == {("en.html", "Find services")}


def test_another_language_takes_the_place_of_the_page(opened):
    travel(opened, JOURNEY[:2])
    opened.locator(".languages a").click()
    opened.wait_for_url("**/es.html")
    opened.locator("html[lang=es] #step [data-question=danger]").first.wait_for()
    opened.go_forward()
    opened.wait_for_url("about:blank")
    opened.go_back()
    opened.locator("html[lang=es] #step [data-question=danger]").first.wait_for()
    opened.locator("header [data-leave]").click()
    opened.wait_for_url("about:blank")
    opened.go_back()
    assert not opened.locator("article, [data-question]").count()


def test_a_page_from_memory_starts_anew(opened, files):
    travel(opened)
    opened.goto(files("es"))
    opened.go_back()
    opened.locator("#step [data-question=danger]").first.wait_for()
    assert not opened.locator("#step :checked").count()


@pytest.mark.parametrize(
    ("name", "width", "scheme"), [("en", 1280, "dark"), ("es", 320, "light"), ("kiosk", 320, "dark")]
)
def test_it_has_no_fault_that_axe_finds(launch, files, width, scheme, name):
    page = launch(viewport={"width": width, "height": 844}, color_scheme=scheme).pages[0]
    page.goto(files(name))
    for question, choice in JOURNEY:
        page.locator(f"[data-question={question}][data-choice={choice}]").check()
        assert sideways(page) <= 0, question
        press(page, "#step [data-continue]")
    page.evaluate("document.querySelectorAll('#step details').forEach(each => each.open = true)")
    if name == "kiosk":
        page.evaluate("document.querySelector('#idle').hidden = false")
    assert sideways(page) <= 0
    # The list that stands hidden beside it, and whose cards are of one making, would take axe minutes.
    page.evaluate("document.querySelectorAll('.group').forEach((group, n) => n > 1 && group.remove())")
    assert violations(page) == []
    page.evaluate("document.querySelector('#idle') && (document.querySelector('#idle').hidden = true)")
    press(page, "[data-move=back]")
    assert violations(page) == []
    press(page, "[data-view=all]")
    page.locator(".group summary").first.click()
    assert violations(page) == []
    assert sideways(page) <= 0
    if name == "es":
        press(page, "footer [data-view=safety]")
        page.evaluate("document.querySelectorAll('#safety details').forEach(each => each.open = true)")
        assert page.locator("#safety li").first.is_visible()
        assert violations(page) == []
        assert sideways(page) <= 0


def test_a_kiosk_starts_over_after_two_minutes_and_asks_before(page, files):
    page.clock.install()
    page.goto(files("kiosk"))
    warning = page.locator("#idle")

    def answer(question, choice):
        page.locator(f"#step [data-choice={choice}]").check()
        page.clock.run_for(500)
        page.locator("#step [data-continue]").click()

    for step in JOURNEY:
        answer(*step)
    page.clock.run_for(95_000)
    assert not warning.is_visible()
    page.clock.run_for(6_000)
    assert warning.is_visible()
    warning.locator("button").click()
    assert not warning.is_visible()
    assert page.locator("#step article").count()
    page.locator("[data-view=all]").first.click()
    page.locator("#word").fill("suicide")
    page.locator("#search button").click()
    page.locator("#area").select_option("US-TX")
    page.clock.run_for(121_000)
    assert not warning.is_visible()
    assert page.locator("#step [data-question=danger]").first.is_visible()
    assert not page.locator("#step article, #step :checked, #matches article").count()
    assert page.locator("#word, #area").evaluate_all("all => all.map(each => each.value)") == ["", ""]
    answer(*JOURNEY[0])
    page.clock.fast_forward(7_200_000)  # it slept for two hours
    page.clock.run_for(1_000)
    assert page.locator("#step [data-question=danger]").count()
    assert not page.locator("#step :checked").count()
    assert not page.locator("a[href]:not([href='about:blank'], [href='#main'])").count()
    answer(*JOURNEY[0])
    page.locator("header [data-leave]").click()  # in a kiosk there is nowhere to go: it starts over
    assert page.locator("#step [data-question=danger]").count()
