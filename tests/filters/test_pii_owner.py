"""Whose a find is, the page's country, and natural placeholders."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.filters import pii
from curate.filters.pii_owner import country_of

PAGE = (
    "Larch Ltd, 12 Larch Road, Leeds LS6 1AB. Write to info@larch.example.org or jo.roe@larch.org.\n"
    "Toll free 1-800-555-0199.\nMy cell is 212-555-0147, or contact Jo Roe at jroe@larch.org."
)


def values(text, **options):
    """The texts of the finds."""
    return [text[span.start : span.end] for span in pii.find(text, **options)]


def test_an_organisations_own_contact_can_stay():
    """Role addresses, toll-free numbers and what follows "Ltd" are left alone in scope `persons`, nothing else."""
    assert len(values(PAGE)) == 6
    assert values(PAGE, scope="persons") == ["jo.roe@larch.org", "212-555-0147", "jroe@larch.org"]


def test_the_pages_own_domain():
    """Mail to the page's domain is its organisation's, unless the name is written like a person's."""
    text = "leeds@larch.org, jo.roe@larch.org, leeds@elm.org"
    assert values(text, scope="persons") == ["leeds@larch.org", "jo.roe@larch.org", "leeds@elm.org"]
    kept = values(text, scope="persons", url="https://www.larch.org/contact")
    assert kept == ["jo.roe@larch.org", "leeds@elm.org"]


def test_secrets_and_identities_are_everybodys():
    """What identifies or opens something goes in every scope, whoever it belongs to."""
    text = "Larch Ltd office. Passcode: 882339, VAT #179706954, SSN 536-22-1234"
    assert values(text, scope="persons") == values(text)


def test_an_unknown_scope_is_an_error():
    """A scope that does not exist is refused."""
    with pytest.raises(ValueError, match="everybody"):
        pii.find("", scope="everybody")


def test_national_numbers_of_the_pages_country():
    """A form without a leading 0 and without a word is a number where the page's country has it."""
    text = "Nuestra tienda\n952 60 81 24\ny nada más"
    assert values(text) == []
    assert values(text, country="ES") == values(text, url="https://larch.es/") == ["952 60 81 24"]
    assert values(text, country="??") == []


def test_country_of():
    """A suffix that countries sell to everybody names none; then the language does, if it has one country."""
    assert country_of("https://larch.io/", "de") == "DE"
    assert country_of("https://larch.com.au/", "en") == "AU"
    assert country_of("", "es") is None


def test_natural_placeholders():
    """They read like what they stand for, agree within a text, differ between values, and are no finds."""
    text = "Write to jo@larch.org or al@larch.org (jo@larch.org), call 212-555-0147.\n12 Larch Road\nLeeds LS6 1AB"
    redacted = pii.redact(text, style="natural")
    one, other, again = re.findall(r"[a-z]+\d{3}@example\.org", redacted)
    assert one == again != other
    assert re.search(r"call 555-555-\d{4}\.\n\d\d Example Street\nExampletown\Z", redacted)
    assert pii.find(redacted) == []
    assert pii.redact(text, style="natural") == redacted
    assert pii.redact(text + " More.", style="natural").split()[2] != one


def test_what_has_no_natural_placeholder_keeps_its_tag():
    """Numbers of cards and identities have none."""
    assert pii.redact("card 4111 1111 1111 1111", style="natural") == "card <CREDIT_CARD>"


def test_styles_are_checked():
    """An unknown style is refused, and so is a key beside natural placeholders."""
    with pytest.raises(ValueError, match="loud"):
        pii.redact("", style="loud")
    with pytest.raises(ValueError, match="key"):
        pii.redact("", style="natural", key=b"k")


@settings(max_examples=200)
@given(st.text() | st.text("0123456789 +()-./@a.comx:\n#telGB82 Road,", max_size=80))
def test_natural_is_total_and_stable(text):
    """Whatever the text, nothing is found in what natural redaction leaves, and doing it twice changes nothing."""
    redacted = pii.redact(text, style="natural")
    assert pii.find(redacted) == []
    assert pii.redact(redacted, style="natural") == redacted
