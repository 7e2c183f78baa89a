"""Walks every path of a flow and says what is wrong with it, before it reaches the public.

Pure Python. A path is one complete set of answers. Problems are found in two passes: first the rules
themselves (a name that does not exist, a question that waits for itself, a missing text: soundness.py), and,
when the rules can be followed, every path, before anything is ticked and with each tick that is offered there.
Each problem names the shortest path that shows it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.messages import Message
from services.records import SPEECHLESS, Organization, Record, Service

from .flow import DANGER, SKIP, Answer, Flow, Recommendation, holds
from .soundness import EMERGENCY as EMERGENCY
from .soundness import FOREIGN, Problem, missing_words, unsafe_services, unsound, unsound_areas
from .walk import Outcome, walk

MOST_QUESTIONS = 5
FEWEST_SERVICES = 2
URGENT_MAY = {"idle", "unreached"}
"""Problems that mislead nobody: an urgent fix may leave them, for whoever publishes the draft next."""


class Coverage(Record, frozen=True, kw_only=True):
    """How one service is reached: how many paths show it first, how many also, and the shortest."""

    first: int = 0
    also: int = 0
    ticked: int = 0
    """How many paths show it only with a tick."""
    shortest: dict[str, Answer] | None = None


class Report(Record, frozen=True, kw_only=True):
    """What a walk found."""

    paths: int
    problems: tuple[Problem, ...]
    coverage: dict[str, Coverage]
    warnings: tuple[Problem, ...] = ()
    """What keeps nothing from being published."""


def check(
    flow: Flow,
    services: Mapping[str, Service],
    languages: tuple[str, ...],
    organizations: Sequence[Organization] = (),
) -> Report:
    """Prove that a flow with these live services can be published in these languages."""
    broken = list(unsound(flow))
    directory: list[Organization | Service] = [*organizations, *services.values()]
    texts = list(missing_words(flow, directory, languages))
    words, warnings = (tuple(one for one in texts if (one.code == FOREIGN) is mild) for mild in (False, True))
    problems = [*broken, *words, *unsafe_services(services), *unsound_areas(services)]
    if broken:
        return Report(paths=0, problems=tuple(problems), coverage={}, warnings=warnings)
    walked = _Walked(flow, services)
    for outcome in walk(flow):
        walked.take(outcome)
    walked.look()
    problems += walked.problems()
    return Report(paths=walked.paths, problems=tuple(problems), coverage=walked.coverage(), warnings=warnings)


# Second pass: every path

Length = tuple[int, int, int]


@dataclass
class _End:
    """Where paths end that are alike."""

    outcome: Outcome
    """That of the shortest of them."""
    danger: bool
    length: Length
    paths: int = 0


class _Walked:
    """What the paths taken so far have shown."""

    def __init__(self, flow: Flow, services: Mapping[str, Service]) -> None:
        self.flow = flow
        self.services = services
        self.everywhere = {slug for slug, service in services.items() if not service.areas}
        """What is shown whatever the place: only that counts for the proofs. Local services come on top of it."""
        self.paths = 0
        self.ends: dict[tuple[object, ...], _End] = {}
        """By what is looked at: paths that are alike in it differ in their length alone."""
        self.firsts: Counter[str] = Counter()
        self.alsos: Counter[str] = Counter()
        self.ticked: Counter[str] = Counter()
        self.ways: dict[str, tuple[Length, Mapping[str, Answer]]] = {}
        """The shortest path to each service."""
        self.shortest: dict[tuple[str, str], tuple[Length, Message, Mapping[str, Answer]]] = {}
        self.questions: set[str] = set()
        self.choices: set[tuple[str, Answer]] = set()
        self.rules: set[int] = set()
        self.texts: set[str] = set()
        self.many = flow.many
        self.useful: set[str] = set()
        """The ticks that have an effect on some path."""
        ranked = sorted(flow.recommendations, key=lambda rule: rule.rank)
        self.order = {id(rule): place for place, rule in enumerate(ranked)}
        voiced = {slug for slug, service in services.items() if all(way.kind not in SPEECHLESS for way in service.ways)}
        # A local service may stand in the place of its finder.
        unsure = {services[slug].local_of for slug in voiced}
        self.silent = {
            slug for slug, service in services.items() if slug not in voiced and not (service.finder and slug in unsure)
        }

    def take(self, outcome: Outcome) -> None:
        """Note one path: many end alike, and only the shortest of them is looked at."""
        self.paths += 1
        answers = outcome.answers
        self.questions.update(answers)
        self.choices.update(answers.items())
        danger = holds(DANGER, answers)
        parts = (outcome.recommendations, outcome.guidance, outcome.ticks)
        end = self.ends.setdefault(
            (*map(id, parts), danger, len(answers) > MOST_QUESTIONS),
            _End(outcome, danger, length := _length(answers, self.paths)),
        )
        end.paths += 1
        if length < end.length:
            end.length, end.outcome = length, outcome

    def look(self) -> None:
        """Look at where the paths end."""
        for end in self.ends.values():
            self._look(end)

    def _look(self, end: "_End") -> None:
        self.end, outcome, answers = end, end.outcome, end.outcome.answers
        self.texts.update(text.key for text in outcome.guidance)
        rules = self._live(outcome.recommendations, answers)
        shown = [rule.service for rule in rules]
        self._count(self.firsts, shown[:1])
        self._count(self.alsos, shown[1:])
        self._cover(shown, answers)
        if len(answers) > MOST_QUESTIONS:
            self._show(
                "long",
                "",
                Message(
                    "A path asks %(count)s questions; the most is %(most)s.", count=len(answers), most=MOST_QUESTIONS
                ),
                answers,
            )
        if len(shown) < FEWEST_SERVICES:
            self._show(
                "single",
                "",
                Message(
                    "A path shows %(count)s live services; the fewest is %(fewest)s.",
                    count=len(shown),
                    fewest=FEWEST_SERVICES,
                ),
                answers,
            )
        elif not any(slug in self.silent for slug in shown):
            self._show("speech", "", Message("A path shows no service that can be reached without speaking."), answers)
        # Of every service that is shown anywhere: what is for one area alone must not come before 911 either.
        ahead = next((rule.service for rule in outcome.recommendations if rule.service in self.services), "")
        if end.danger and ahead != EMERGENCY:
            self._show("danger", EMERGENCY, Message("Someone is in danger, but 911 does not come first."), answers)
        if outcome.ticks:
            self._look_at_ticks(outcome, rules, end.danger)

    def _live(self, rules: Sequence[Recommendation], answers: Mapping[str, Answer]) -> list[Recommendation]:
        """The rules for live services of the whole country; a rule for one that is not live is a problem."""
        self.rules.update(map(id, rules))
        for rule in rules:
            if rule.service not in self.services:
                self._show(
                    "retired",
                    rule.service,
                    Message("“%(name)s” is recommended but is not live.", name=rule.service),
                    answers,
                )
        return [rule for rule in rules if rule.service in self.everywhere]

    def _look_at_ticks(self, outcome: Outcome, rules: list[Recommendation], danger: bool) -> None:
        """Look at each tick of an end.

        What was shown is shown still: a tick adds rules and takes none away (walk.py), and the rules that could
        make it otherwise were refused in the first pass. So there are two services at least, and one of them can be
        reached without speaking, with ticks as without; and what came first stays in sight (flow.recommend). What is
        left to see is that 911 comes first: what comes before it with several ticks does with one of them.
        """
        assert self.many
        key = self.many.key
        self.questions.add(key)
        shown = {rule.service for rule in rules}
        before = self.order[id(rules[0])] if rules else len(self.order)
        for tick in outcome.ticks:
            self.choices.add((key, tick.key))
            if not tick.recommendations and not tick.guidance:
                continue
            self.useful.add(tick.key)
            answers: dict[str, Answer] = {**outcome.answers, key: (tick.key,)}
            self.texts.update(text.key for text in tick.guidance)
            added = self._live(tick.recommendations, answers)
            new = [rule.service for rule in added if rule.service not in shown]
            if new:
                self._count(self.ticked, new)
                self._cover(new, answers)
            ahead = min(added, key=lambda rule: self.order[id(rule)], default=None)
            if danger and ahead and ahead.service != EMERGENCY and self.order[id(ahead)] < before:
                self._show(
                    "danger",
                    EMERGENCY,
                    Message("Someone is in danger, but with a tick 911 does not come first."),
                    answers,
                )

    def _count(self, counted: Counter[str], shown: Sequence[str]) -> None:
        for slug in shown:
            counted[slug] += self.end.paths

    def _cover(self, shown: Sequence[str], answers: Mapping[str, Answer]) -> None:
        length = _length(answers, self.end.length[-1])
        for slug in shown:
            if slug not in self.ways or length < self.ways[slug][0]:
                self.ways[slug] = length, answers

    def _show(self, code: str, subject: str, message: Message, answers: Mapping[str, Answer]) -> None:
        length, found = _length(answers, self.end.length[-1]), self.shortest.get((code, subject))
        if found is None or length < found[0]:
            self.shortest[code, subject] = (length, message, answers)

    def coverage(self) -> dict[str, Coverage]:
        """How each service is reached."""
        return {
            slug: Coverage(
                first=self.firsts[slug], also=self.alsos[slug], ticked=self.ticked[slug], shortest=dict(answers)
            )
            for slug, (_, answers) in self.ways.items()
        }

    def problems(self) -> Iterator[Problem]:
        """What the paths showed, and what no path reached."""
        for (code, subject), (_, message, answers) in self.shortest.items():
            yield Problem(code=code, subject=subject, message=message, path=dict(answers))
        if not any((key, choice) in self.choices for key, choices in DANGER.items() for choice in choices):
            yield Problem(
                code="danger",
                subject=EMERGENCY,
                message=Message("No question asks whether someone is in danger right now."),
            )
        for question in self.flow.questions:
            if question.key not in self.questions:
                yield _unreached(
                    question.key, Message("The question “%(question)s” is never asked.", question=question.key)
                )
                continue
            for choice in question.choices:
                if (question.key, choice.key) not in self.choices:
                    yield _unreached(
                        f"{question.key}.{choice.key}",
                        Message(
                            "“%(question)s: %(choice)s” is never offered.", question=question.key, choice=choice.key
                        ),
                    )
                elif question.kind == "many" and choice.key not in self.useful:
                    yield Problem(
                        code="idle",
                        subject=f"{question.key}.{choice.key}",
                        message=Message(
                            "“%(question)s: %(choice)s” changes nothing on any path where it is offered.",
                            question=question.key,
                            choice=choice.key,
                        ),
                    )
        for rule in self.flow.recommendations:
            if id(rule) not in self.rules and rule.service in self.services:
                yield _unreached(
                    rule.service,
                    Message(
                        "No path uses the rule for “%(name)s” with rank %(rank)s.", name=rule.service, rank=rule.rank
                    ),
                )
        for text in self.flow.guidance:
            if text.key not in self.texts:
                yield _unreached(text.key, Message("The guidance “%(name)s” is never shown.", name=text.key))
        ruled = {rule.service for rule in self.flow.recommendations}
        for slug, service in self.services.items():
            if slug not in ruled and not service.directory_only and not service.local_of:
                yield _unreached(slug, Message("“%(name)s” is live, but no rule leads to it.", name=slug))


def _unreached(subject: str, message: Message) -> Problem:
    return Problem(code="unreached", subject=subject, message=message)


def _length(answers: Mapping[str, Answer], place: int) -> Length:
    """How long a path is: fewer questions and ticks first, then fewer answers that are not skipped, then its place."""
    asked = told = 0
    for answer in answers.values():
        count = len(answer) if isinstance(answer, tuple) else 1
        asked += count
        told += count if answer != SKIP else 0
    return asked, told, place
