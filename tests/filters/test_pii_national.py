"""National numbers and wallets beside Presidio's recognisers, which are the independent reference."""

import random
from importlib.util import find_spec

import pytest

from curate.filters.pii_national import ENTITIES, national_numbers
from curate.filters.pii_scan import places

# Loading it takes seconds, so only the process that compares does.
pytestmark = pytest.mark.skipif(find_spec("presidio_analyzer") is None, reason="Presidio is the reference")

REFERENCE = {
    "CRYPTO": "CryptoRecognizer",
    "ES_NIF": "EsNifRecognizer",
    "IT_FISCAL_CODE": "ItFiscalCodeRecognizer",
    "UK_NINO": "UkNinoRecognizer",
    "US_ITIN": "UsItinRecognizer",
}
MIN_SCORE = 0.4  # of Presidio; what has a form only, and no separators, scores less
LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
WALLETS = ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy")
BECH32 = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"


def _filled(draw: random.Random, form: str) -> str:
    """The form with a random letter for each A, a random digit for each 0."""
    return "".join(draw.choice(LETTERS) if c == "A" else draw.choice(DIGITS) if c == "0" else c for c in form)


def _changed(draw: random.Random, wallet: str) -> str:
    place = draw.randrange(1, len(wallet))
    return wallet[:place] + draw.choice("23456789abcdefgh") + wallet[place + 1 :]


def _candidates(entity: str) -> list[str]:
    draw = random.Random(f"candidates {entity}")
    forms = {
        "ES_NIF": ["00000000A", "0000000A", "00000000-A"],
        "IT_FISCAL_CODE": ["AAAAAA00A00A000A"],
        "UK_NINO": ["AA000000A", "AA 00 00 00 A", "AA 00 00 00 B"],
        "US_ITIN": ["900-00-0000", "900 00 0000", "000-00-0000"],
    }
    if entity == "CRYPTO":
        return [*WALLETS, BECH32, *(_changed(draw, wallet) for wallet in (*WALLETS, BECH32) for _ in range(60))]
    return [_filled(draw, form) for form in forms[entity] for _ in range(700)]


@pytest.mark.parametrize("entity", ENTITIES)
def test_presidio_finds_the_same(entity):
    """Of thousands of random candidates both find the same ones, and some of them are real."""
    from presidio_analyzer import predefined_recognizers as predefined

    reference = getattr(predefined, REFERENCE[entity])(supported_language="en")
    ours, theirs = set(), set()
    for candidate in _candidates(entity):
        text = f"number {candidate}, please"
        if list(national_numbers(text, places(text), frozenset([entity]))):
            ours.add(candidate)
        if any(found.score >= MIN_SCORE for found in reference.analyze(text, [entity], None)):
            theirs.add(candidate)
    assert ours == theirs
    assert ours
