"""Numbers are read as people type them, kept in one form, and shown as people read them."""

import pytest

from services import phones


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("888-373-7888", "+18883737888"),
        (" (888) 373 7888 ", "+18883737888"),
        ("1-866-DHS-2-ICE", "+18663472423"),
        ("1-877-4-hsi-tip", "+18774474847"),
        ("+1 802 872 6199", "+18028726199"),
        ("+44 20 7946 0018", "+442079460018"),
        ("1 (800) 555-0199 ext. 4", "+18005550199;ext=4"),
        ("800.555.0199", "+18005550199"),
        ("911", "911"),
        ("988", "988"),
        ("233733", "233733"),
        ("88788", "88788"),
    ],
)
def test_a_number_is_kept_in_one_form(typed, kept):
    assert phones.parse(typed) == kept
    assert phones.parse(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "help", "12", "000", "991", "12345", "+1", "7" * 300, "tel:", "<b>988</b>", "911\x00", "٩١١", "٩٨٨"),
        *("888-373-788", "888-373-78888", "1-555-555-5555", "800-111-2222"),
    ],
)
def test_what_is_no_number_is_refused_in_words_for_staff(typed):
    with pytest.raises(ValueError, match=r"is not a (phone number|short code)"):
        phones.parse(typed)


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("+18883737888", "1-888-373-7888"),
        ("988", "988"),
        ("233733", "233733"),
        ("+442079460018", "+44 20 7946 0018"),
        ("+18005550199;ext=4", "1-800-555-0199 ext. 4"),
    ],
)
def test_a_number_is_shown_as_people_read_it(kept, shown):
    assert phones.show(kept) == shown
    assert phones.parse(shown) == kept


@pytest.mark.parametrize(
    ("kept", "free"),
    [("+18883737888", True), ("+18028726199", False), ("911", True), ("711", True), ("233733", False)],
)
def test_only_what_costs_nothing_is_called_free(kept, free):
    assert phones.toll_free(kept) is free


@pytest.mark.parametrize(
    ("letters", "kept", "fits"),
    [
        ("1-866-DHS-2-ICE", "+18663472423", True),
        ("1-877-MADD-HELP", "+18776233435", True),
        ("BeFree", "233733", True),
        ("1-877-DHS-2-ICE", "+18663472423", False),
        ("1-866-DHS-2-IC", "+18663472423", False),
        ("", "988", False),
    ],
)
def test_letters_must_give_the_number(letters, kept, fits):
    assert phones.spells(letters, kept) is fits
