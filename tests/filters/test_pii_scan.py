"""The places that one compiled pass names are all that the patterns, tried everywhere, would take."""

import random
import re

import pytest

from curate.filters import pii, pii_identity, pii_national, pii_numbers, pii_streets, pii_text
from curate.filters import pii_address_forms as forms
from curate.filters import pii_kinds as kinds
from curate.filters import pii_places as places_of
from curate.filters.pii_scan import places


def _words(pattern):
    """The words of an alternation of `pii_places`, without what is pattern in them."""
    return [re.sub(r"\\|\(\?!.*\)", "", word) for word in pattern.split("|") if "[" not in word and "?" not in word]


TABLES = (
    places_of.STREET, places_of.WEAK_STREET, places_of.UNIT, places_of.STREET_AFTER_NAME, places_of.US_STATE,
    places_of.US_STATE_NAME, places_of.AU_STATE, places_of.IN_STATE,
)  # fmt: skip
ADDRESS = [
    *(word for table in TABLES for word in _words(table)), *places_of.STREET_BEFORE, *forms.ROMANCE_STREETS,
    *(f"Ab{ending}" for ending in (*forms.ENDING, *forms.WEAK_ENDING)), *"P.O. Box|PO Box|Apartado|Via Roma".split("|"),
    *"ΛΕΩΦΌΡΟΣ ΟΔΌΣ ΣΥΓΓΡΟΎ ſquare vıa Bulvarı BULVARI".split(),
    *"de la du of the and & d'Or l’Eau No. No: nr. # д. Nº bis ter th nd A B c Elm Oak Straße 千代田区".split(),
]  # fmt: skip
NUMBERS = "1 12 7 021 345 2014 50667 97205 1000001 12th 5b 1/2 12½ 4-6 12 – 14 3º".split()
JOINTS = [" ", " ", " ", ", ", "\n", "", ".", ": ", " - ", "-", "/", "\t", ",", " (", ") ", "’"]


def _text(seed, pieces, *, size=30):
    draw = random.Random(seed)
    return "".join(draw.choice(draw.choice(pieces)) + draw.choice(JOINTS) for _ in range(size))


def _cased(word, draw):
    return draw.choice((word, word.upper(), word.title(), word.lower()))


@pytest.mark.parametrize("seed", range(8))
def test_no_number_of_an_address_is_left_out(seed):
    """Whatever `part_of` takes among all numbers of a text is a number that the pass names."""
    taken = 0
    for part in range(120):
        text = _text(1000 * seed + part, [ADDRESS, NUMBERS])
        named = set(places(text)[kinds.NUMBER])
        for number in re.finditer(r"\d+", text):
            if pii_streets.part_of(text, *number.span()):
                taken += 1
                assert number.span() in named, text[max(0, number.start() - 40) : number.end() + 40]
    assert taken > 30


HEX = ["a" * 24, "f00d" * 10, "ABCDEFGHIJKLMNOP", "1" * 16, "x" * 36, "Z9" * 20]
TOKENS = [
    *(start + rest for start in (*kinds.KEY_STARTS, "AKIAX", "xSG.", "-sk-") for rest in ("", *HEX)),
    *"GB82 WEST 1234 5698 7654 32|GB82WEST12345698765432|DE89370400440532013000|no12 3456|é".split("|"),
    *"12345678Z 1234567-Z 123456789Z AB123456C AB 912-70-1234 912 bc1q RSSMRA85T10A562S".split(),
    *"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa xxx-xx-4719 XXX-XX-4719 ***-**-4719 xxxx-xxxx-xxxx-1234".split(),
    *"****1234 •••• 1234 xx-1234 ?pwd=abc123 &token=x1y2z3w4".split(),
    *"?p=1 &amp; &sig=0123456 ?access_token=99 fe80::1 1:2:3:4:5:6:7:8 12:30:15 a:b:c:d a::b".split(),
    *"(at) [at] [ at ] ( at ) (a) [a] (ät) { at } <at> _at_ -at- &#64; &commat; ＠ ät at AT @ (at [@] (@) {@}".split(),
    *"example.org example dot org [dot] .org jo exıample.com İa.org ſa.org".split(),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        (pii_text._API_KEY, kinds.API_KEY),
        (pii_numbers._IBAN, kinds.IBAN),
        (pii_national._ANY, kinds.NATIONAL),
        (pii_identity._PWD_IN_URL, kinds.IN_URL),
    ],
)
def test_a_pattern_finds_the_same_from_its_places(pattern, kind):
    """A pattern that is tried at its places finds what it finds when it is tried everywhere."""
    found = 0
    for seed in range(400):
        text = _text(seed, [TOKENS])
        whole = [match.span() for match in pattern.finditer(text)]
        assert [match.span() for match in pii_numbers.apart(pattern, text, places(text)[kind])] == whole, text
        found += len(whole)
    assert found > 50


def test_masked_numbers_and_spelled_addresses_are_all_seen():
    """The same of numbers with masked digits, of IPv6 addresses, and of every way to spell an `@`."""
    found = 0
    plain = re.compile(r" (?:at|AT|@) ")
    for seed in range(400):
        text = _text(seed, [TOKENS])
        seen = places(text)
        masked = [match.span() for match in pii_identity._MASKED.finditer(text)]
        assert [(start, end) for start, end, _ in pii_identity.masked_numbers(text, seen)] == masked, text
        for sign in pii_text._BRACKETED_AT.finditer(text):
            start = sign.start() + (text[sign.start()] in " \t")
            assert (start, start) in seen[kinds.AT_IN_BRACKETS], text
            found += 1
        for sign in plain.finditer(text):
            named = sign.span() in seen[kinds.AT_IN_WORDS]
            assert named or not pii_text._SPELLED_HOST.match(text, sign.end()), text[sign.start() :]
        assert [place for place, _ in seen[kinds.AT]] == [match.start() for match in re.finditer("@", text)]
        assert bool(seen[kinds.IPV6]) == ("::" in text or bool(re.search(r":(?:[0-9A-Fa-f]{1,4}:){3}", text)))
    assert found > 100


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jo.roe at exıample.com.tr", "jo.roe at exıample.com.tr"),
        ("jo.roe at İstanbul.com.tr", "jo.roe at İstanbul.com.tr"),
        ("ΛΕΩΦΌΡΟΣ ΣΥΓΓΡΟΎ 12", "ΛΕΩΦΌΡΟΣ ΣΥΓΓΡΟΎ 12"),
        ("12 ſquare Rivoli", "12 ſquare Rivoli"),
        ("5 vıa Roma", "5 vıa Roma"),
        ("PİN: 4711", "4711"),
        ("jo <AT> example.org", "jo <AT> example.org"),
        ("jo_at_at_example.org", None),
    ],
)
def test_letters_with_more_than_one_case(text, found):
    """Dotted and dotless I, long S and final sigma are what patterns take them for; no place is taken twice."""
    assert [text[span.start : span.end] for span in pii.find(text)] == ([found] if found else [])


def test_words_that_name_a_number_are_seen_in_any_case():
    """A listed word is seen where no letter, digit or hyphen stands before it, and nowhere else."""
    draw = random.Random(7)
    for words, kind in ((kinds.NAMES, kinds.NAMED), (kinds.PASSWORD_WORDS, kinds.PASSWORD)):
        for word in words:
            for before in ("", " ", "(", "é", "x", "9", "-", "_", "\n", "身"):
                text = f"{before}{_cased(word, draw)}: 1234 İ"  # whose small letter is two characters
                starts = not (before and (before.isalnum() or before == "-"))
                assert ((len(before), len(before)) in places(text)[kind]) == starts, text


def test_runs_of_digits_are_whole():
    """A stretch of digits and separators with seven digits or three dots is one run, from its first digit on."""
    text = "Call +1 (212) 555-0147, 12.30.4.5, in 2014-15 or ２１２５５５０１４７."
    assert [text[start:end] for start, end in places(text)[kinds.RUN]] == [
        "1 (212) 555-0147",
        "12.30.4.5",
        "２１２５５５０１４７.",
    ]


def test_no_text_is_too_odd():
    """Empty texts, lone surrogates, the last code point and ten thousand places are all read."""
    for text in ("", "@", "\ud800", "\U0010ffff12", "\0", "@" * 10_000, "1" * 10_000, "AB12" * 5_000):
        assert len(places(text)) == kinds.KINDS
    assert len(places("@" * 10_000)[kinds.AT]) == 10_000
