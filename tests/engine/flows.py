"""Made-up flows for Hypothesis: sound ones, and some that no staff member should be able to write."""

from hypothesis import strategies as st

from navigator.engine.flow import SKIP, Choice, Flow, Guidance, Question, Recommendation

KEYS = ("a", "b", "c", "d", "e")
CHOICES = ("x", "y", "z")
WORDS = {"en": "words", "es": "palabras"}


def conditions(questions):
    """Conditions on some of these questions."""
    if not questions:
        return st.just({})
    listed = st.lists(st.sampled_from((*CHOICES, SKIP)), min_size=1, max_size=3, unique=True).map(tuple)
    return st.dictionaries(st.sampled_from(questions), listed, max_size=2)


@st.composite
def flows(draw, sound=True):
    """A flow of up to five questions; where not sound, conditions may look ahead and keys may be there twice."""
    count = draw(st.integers(1, 5))
    keys = KEYS[:count] if sound else draw(st.lists(st.sampled_from(KEYS), max_size=count))
    questions = []
    for place, key in enumerate(keys):
        known = keys[:place] if sound else KEYS
        choices = draw(st.lists(st.sampled_from(CHOICES), max_size=3, unique=sound))
        questions.append(
            Question(
                key=key,
                title=WORDS,
                why=WORDS,
                when=draw(conditions(known)),
                choices=tuple(Choice(key=choice, label=WORDS, when=draw(conditions(known))) for choice in choices),
            )
        )
    known = keys if sound else KEYS
    rules = draw(st.lists(st.tuples(st.sampled_from("stuv"), st.integers(0, 3), conditions(known)), max_size=6))
    return Flow(
        questions=tuple(questions),
        recommendations=tuple(
            Recommendation(service=service, rank=rank, reason=WORDS, when=when) for service, rank, when in rules
        ),
        guidance=tuple(
            Guidance(key=f"g{place}", rank=rank, title=WORDS, body=WORDS, when=when)
            for place, (_service, rank, when) in enumerate(rules[:2])
        ),
    )


def given_answers(flow):
    """Any answers at all: right and wrong questions and choices, in any order."""
    questions = [question.key for question in flow.questions]
    choices = {choice.key for question in flow.questions for choice in question.choices}
    junk = st.text(max_size=3)
    pairs = st.tuples(
        st.sampled_from([*questions, *KEYS]) | junk, st.sampled_from([*sorted(choices), *CHOICES, SKIP, ""]) | junk
    )
    return st.lists(pairs, max_size=12).map(dict)
