"""The words of the site: easy to read, and none that promise too much or hurt (docs/safety-rules.md G)."""

import pytest

from . import words

EASY = {
    "en": "You can call now. They will help you find a safe place to sleep.",
    "es": "Puede llamar ahora. Le ayudan a buscar un lugar donde dormir.",
}
HARD = {
    "en": "Eligibility determinations require documentation demonstrating victimization and cooperation.",
    "es": "La determinación de elegibilidad requiere documentación que demuestre la cooperación institucional.",
}


def listed(found):
    """A failing list that names each text, one a line."""
    return "\n" + "\n".join(f"{where} [{language}] {what}" for where, language, what in found)


@pytest.mark.parametrize("source", [words.content, words.interface], ids=["content", "interface"])
def test_every_public_text_is_easy_to_read(source):
    hard = [
        (where, language, f"{words.score(text, language)}: {text}")
        for where, language, text in source()
        if not words.readable(text, language)
    ]
    assert not hard, listed(hard)


@pytest.mark.parametrize("source", [words.content, words.interface], ids=["content", "interface"])
def test_no_public_text_promises_too_much_or_labels_anyone(source):
    said = [
        (where, language, f"{found}: {text}")
        for where, language, text in source()
        if (found := words.forbidden(text, language))
    ]
    assert not said, listed(said)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_measure_tells_easy_from_hard(language):
    assert words.readable(EASY[language], language)
    assert not words.readable(HARD[language], language)


@pytest.mark.parametrize("language", ["en", "es"])
def test_names_and_numbers_do_not_make_a_text_hard(language):
    named = {"en": "Call the National Human Trafficking Hotline at 1-888-373-7888.", "es": "Llame a DHS-VINE de ICE."}
    assert words.readable(named[language], language)


def test_a_forbidden_word_is_found_but_not_in_a_name():
    assert words.forbidden("You stay anonymous. It is Simply secure.", "en") == ["anonymous", "Simply", "secure"]
    assert words.forbidden("Es anónimo para la víctima.", "es") == ["anónimo", "víctima"]
    assert not words.forbidden("VictimConnect is run by the National Center for Victims of Crime.", "en")
    assert not words.forbidden("Vaya a un lugar seguro.", "es")
