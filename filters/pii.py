"""Find and redact personal data in a text: e-mail, phone, card, IBAN, IP address, national numbers, keys, addresses.

Entity names are Presidio's. The common entities have recognisers of their own, on candidate spans with checksums;
`pii_national` has the rarer national numbers. Nothing is downloaded. The
values found leave this module only as spans, tags or keyed hashes.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

from curate.filters import pii_addresses, pii_identity, pii_national, pii_numbers, pii_phones, pii_text
from curate.filters.address import site_of
from curate.filters.batches import batched, one_text, strings
from curate.filters.deferred import Deferred
from curate.filters.pii_kinds import Places
from curate.filters.pii_numbers import Found
from curate.filters.pii_owner import country_of, is_organisations
from curate.filters.pii_replace import Placeholders, pseudonym

__all__ = ["ENTITIES", "OPTIONAL_ENTITIES", "REGIONS", "SCOPES", "STYLES", "Options", "Span", "count", "find", "redact"]
__dir__ = __all__.copy  # so dir() shows what is public

pii_scan = Deferred("curate.filters.pii_scan")

# Entities that are looked for in the whole text; the others live in runs of digits or are national numbers.
_IN_TEXT: dict[str, Callable[[str, Places], Iterator[Found]]] = {
    "EMAIL_ADDRESS": pii_text.emails,
    "IBAN_CODE": pii_numbers.ibans,
    "PRIVATE_KEY": pii_text.private_keys,
    "API_KEY": pii_text.api_keys,
    "STREET_ADDRESS": pii_addresses.street_addresses,
    "ID_NUMBER": pii_identity.identity_numbers,
    "SECRET": pii_identity.secrets,
}
OPTIONAL_ENTITIES: frozenset[str] = frozenset()
ENTITIES = frozenset(
    {"PHONE_NUMBER", "CREDIT_CARD", "IP_ADDRESS", "US_SSN", *_IN_TEXT, *pii_national.ENTITIES} - OPTIONAL_ENTITIES
)
REGIONS = ("US", "GB")
SCOPES = ("all", "persons")
STYLES = ("tag", "natural")
MAX_NATURAL_ROUNDS = 3

_TAG = re.compile(r"<[A-Z][A-Z_]{1,40}?(?:_[a-p]{16})?>")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A find: `text[start:end]` is an `entity` with a score of 0 to 1."""

    start: int
    end: int
    entity: str
    score: float


class Options(TypedDict, total=False):
    """Options of `find`, `count` and `redact`; the docstring of `find` explains each and its default."""

    entities: frozenset[str]
    regions: tuple[str, ...]
    public_ips_only: bool
    min_score: float
    country: str | None
    url: str
    scope: str
    recognizers: Sequence[Callable[[str], Iterable[Span]]]


def _spans(entity: str, found: Iterable[Found]) -> Iterator[Span]:
    return (Span(start, end, entity, score) for start, end, score in found)


def _numbers(
    text: str, seen: Places, entities: frozenset[str], regions: tuple[str, ...], home: str, *, public_ips_only: bool
) -> Iterator[Span]:
    last = -1  # where the last phone number ended
    for start, end in pii_numbers.runs(text, seen):
        if "IP_ADDRESS" in entities and text.count(".", start, end) >= 3:
            found = pii_numbers.ipv4_addresses(text, start, end, public_only=public_ips_only)
            yield from _spans("IP_ADDRESS", found)
        if end - start < pii_numbers.MIN_CHARS:
            continue
        if "CREDIT_CARD" in entities:
            yield from _spans("CREDIT_CARD", pii_numbers.cards(text, start, end))
        if "US_SSN" in entities:
            yield from _spans("US_SSN", pii_numbers.social_security_numbers(text, start, end))
        if "PHONE_NUMBER" in entities:
            phones = list(pii_phones.phones(text, start, end, regions=regions, home=home))
            phones = phones or list(pii_phones.next_phone(text, last, start, end))
            last = phones[-1][1] if phones else last
            yield from _spans("PHONE_NUMBER", phones)
    if "US_SSN" in entities:
        yield from _spans("US_SSN", pii_identity.masked_numbers(text, seen))
    if "PHONE_NUMBER" in entities:
        yield from _spans("PHONE_NUMBER", pii_phones.vanity_phones(text))
    if "IP_ADDRESS" in entities:
        yield from _spans("IP_ADDRESS", pii_numbers.ipv6_addresses(text, seen, public_only=public_ips_only))


def _outside_tags(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """What of each span is no part of a tag of ours: a model of names may well take `PERSON` for one, for ever."""
    tags = [tag.span() for tag in _TAG.finditer(text)]
    for span in spans:
        place = span.start
        for start, end in [tag for tag in tags if tag[0] < span.end and tag[1] > span.start] + [(span.end, span.end)]:
            if any(map(str.isalnum, text[place:start])):
                yield Span(place, start, span.entity, span.score)
            place = max(place, end)


def _merge(spans: Iterable[Span]) -> list[Span]:
    """Spans in order; those that overlap become one, under the name of the surest, so that no half is left over."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            best = max(last, span, key=lambda each: (each.score, each.end - each.start, each.entity))
            span = Span(merged.pop().start, max(last.end, span.end), best.entity, best.score)
        merged.append(span)
    return merged


def find(
    text: str,
    *,
    entities: frozenset[str] = ENTITIES,
    regions: tuple[str, ...] = REGIONS,
    public_ips_only: bool = False,
    min_score: float = 0.0,
    country: str | None = None,
    url: str = "",
    scope: str = "all",
    recognizers: Sequence[Callable[[str], Iterable[Span]]] = (),
) -> list[Span]:
    """Find personal data: spans sorted by position that do not overlap, offsets in characters.

    `regions` are the countries whose national phone formats are recognised without a word such as "phone" nearby or a
    leading `+`; `country` (ISO 3166; by default that of the suffix of the page's `url`) adds its own, also without a
    leading 0. `scope="persons"` leaves alone what is an organisation's own contact: mail to a role or to the domain of
    the page, toll-free numbers, what follows "Inc." or "Office". `recognizers` find more than there are patterns for,
    such as `classifiers.names.PersonNames`. Score 1.0 is a checksum or an e-mail address, 0.75 a word nearby, 0.4 to
    0.6 a format alone. Raises ValueError on an entity that is neither in `ENTITIES` nor in `OPTIONAL_ENTITIES`, or on
    an unknown scope.

    >>> [span.entity for span in find("Write to jo@example.org or call 212-555-0147.")]
    ['EMAIL_ADDRESS', 'PHONE_NUMBER']
    >>> find("In 2014-2015 it sold 1 250 000 copies of version 4.0.1.2.")
    []
    """
    one_text(text)
    if unknown := sorted(entities - ENTITIES - OPTIONAL_ENTITIES):
        raise ValueError(
            f"unknown PII entity {unknown[0]!r}; known are {', '.join(sorted(ENTITIES | OPTIONAL_ENTITIES))}"
        )
    if scope not in SCOPES:
        raise ValueError(f"personal data is looked for in scope {' or '.join(SCOPES)}, not {scope!r}")
    home = (country or country_of(url) or "").upper()
    seen = pii_scan.places(text)
    spans = list(_numbers(text, seen, entities, regions, home, public_ips_only=public_ips_only))
    for entity, recognise in _IN_TEXT.items():
        if entity in entities:
            spans += _spans(entity, recognise(text, seen))
    spans += (Span(*found) for found in pii_national.national_numbers(text, seen, entities))
    for recognizer in recognizers:
        spans += _outside_tags(text, recognizer(text))
    found = _merge(span for span in spans if span.score >= min_score)
    if scope == "all":
        return found
    site = site_of(url)
    return [span for span in found if not is_organisations(text, span.start, span.end, span.entity, site)]


def count(text: str, **options: Unpack[Options]) -> dict[str, int]:
    """Return how many of each entity a text has, in the order of the entities' names; options are those of `find`.

    >>> count("jo@example.org, al@example.org, 192.0.2.17")
    {'EMAIL_ADDRESS': 2, 'IP_ADDRESS': 1}
    """
    return dict(sorted(Counter(span.entity for span in find(text, **options)).items()))


@batched(strings)
def redact(
    text: str, *, key: bytes = b"", style: str = "tag", spans: list[Span] | None = None, **options: Unpack[Options]
) -> str:
    """Replace every find by its tag, `<EMAIL_ADDRESS>`; with a `key`, by a pseudonym, `<EMAIL_ADDRESS_kbdofhce...>`.

    The same value under the same key has the same pseudonym in every document, in any order. With `style="natural"` a
    mail address becomes one under `example.org`, a phone number one with the area code 555, a street address one in
    Example Street, the same for the same value within this text; what has no natural placeholder keeps its tag.
    Redaction is repeated until nothing is found, so redacting twice changes nothing and no tag brings two halves
    together. `options` are those of `find`, `spans` what it gave for this text and these options, where the caller
    already has them. `redact.batch` redacts a column of texts, with one set of options for all. Raises ValueError on a
    style that is neither `tag` nor `natural`, or natural with a key.

    >>> redact("Write to jo@example.org or call 212-555-0147.")
    'Write to <EMAIL_ADDRESS> or call <PHONE_NUMBER>.'
    >>> redact("Nobody to call here.")
    'Nobody to call here.'
    """
    if style not in STYLES or (style == "natural" and key):
        raise ValueError(f"personal data can be replaced by {' or '.join(STYLES)}, a key goes with tags, not {style!r}")
    placeholders = Placeholders(text) if style == "natural" else None
    spans = find(text, **options) if spans is None else spans
    rounds = 0
    while spans:
        # Placeholders glued to what stands beside them could be finds again, for ever; a tag never is.
        text = _replaced(text, spans, placeholders if rounds < MAX_NATURAL_ROUNDS else None, key)
        spans = find(text, **options)
        rounds += 1
    return text


def _replaced(text: str, spans: list[Span], placeholders: Placeholders | None, key: bytes) -> str:
    parts: list[str] = []
    done = 0
    for span in spans:
        value, between = text[span.start : span.end], text[done : span.start]
        if placeholders:
            goes_on = (
                bool(parts) and parts[-1].endswith(("Street", "Exampletown")) and not between.strip(" ,.\n\t>-*•|")
            )
            shown = placeholders.of(value, span.entity, goes_on=goes_on)
        else:
            shown = f"<{span.entity}{'_' + pseudonym(value, span.entity, key) if key else ''}>"
        parts += [between, shown]
        done = span.end
    return "".join([*parts, text[done:]])
