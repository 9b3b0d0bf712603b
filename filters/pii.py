"""Find and redact personal data in a text: e-mail, phone, card, IBAN, IP address, national numbers, keys, addresses.

Entity names are Presidio's. The common entities have recognisers of their own, on candidate spans with checksums;
Presidio's checked recognisers do the rest on small windows, without a language model and without a download. The
values found leave this module only as spans, tags or keyed hashes.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from filters import pii_numbers
from filters.address import has_public_suffix

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

PRESIDIO_ENTITIES = ("CRYPTO", "ES_NIF", "IT_FISCAL_CODE", "UK_NINO", "US_ITIN")
ENTITIES = frozenset(
    {"EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "US_SSN", "API_KEY", "PRIVATE_KEY"}
    | set(PRESIDIO_ENTITIES)
)
OPTIONAL_ENTITIES = frozenset({"STREET_ADDRESS"})  # redacts every business that says where it is, so it is asked for
REGIONS = ("US", "GB")

_WINDOW_CHARS = 64
# Scripts written without spaces (from U+2E80) run into an address on either side and are no part of it.
_LOCAL = re.compile(r"(?:(?![\u2e80-\U0010ffff])[\w!#$%&'*+/=?^`{|}~\-]|\.(?!\.)){1,64}\Z")
_LETTER = r"(?![\u2e80-\U0010ffff])[^\W_]"
_DOMAIN = re.compile(
    rf"(?:{_LETTER}(?:(?:(?![\u2e80-\U0010ffff])[\w\-]){{0,61}}{_LETTER})?\.){{1,8}}"
    rf"(?:xn--[a-z0-9\-]{{2,59}}|(?:(?!\d){_LETTER}){{2,24}})(?![\w\-]*@)",
    re.IGNORECASE,
)
_RUN_ON = re.compile(r".*\.[a-z]{2,24}(?=[A-Z])")  # "example.comPhone", where extraction lost a line break
_SPELLED_AT = re.compile(
    r"(?<![\w.+\-])[\w.+\-]{1,64}\s?(?:\[\s?at\s?\]|\(\s?at\s?\)|\{\s?at\s?\})\s?"
    r"(?:[a-z0-9\-]{1,63}\s?(?:\.|\[\s?dot\s?\]|\(\s?dot\s?\))\s?){1,5}[a-z]{2,24}(?![\w\-])",
    re.IGNORECASE,
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----[^-]{0,20000}(?:-----END [A-Z0-9 ]{1,60}-----)?"
)
_API_KEY = re.compile(
    r"(?<![A-Za-z0-9_\-])(?:AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_\w{22,255}|"
    r"glpat-[\w\-]{20,64}|xox[abprs]-[A-Za-z0-9\-]{10,250}|AIza[\w\-]{35}|[rs]k_live_[A-Za-z0-9]{16,128}|"
    r"sk-(?:proj-|ant-)?[\w\-]{20,200}|hf_[A-Za-z0-9]{30,64}|npm_[A-Za-z0-9]{36}|SG\.[\w\-]{16,32}\.[\w\-]{30,64})"
    r"(?![A-Za-z0-9_\-])",
    re.ASCII,
)
_KEY_STARTS = (
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xox",
    "AIza",
    "_live_",
    "sk-",
    "hf_",
    "npm_",
    "SG.",
)
_PRESIDIO_GATE = re.compile(
    r"\b(?:bc1[a-z0-9]{25,90}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|\d{7,8}-?[A-Z]|[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]|"
    r"[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]|9\d\d[ -]\d\d[ -]\d{4})\b",
    re.ASCII,
)
_STREET = re.compile(
    r"(?<![\w.,/\-])\d{1,5}[A-Za-z]?[ ](?:[A-Z0-9][\w.'\-]{0,30}[ ]){1,4}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr"
    r"|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Parkway|Pkwy|Highway|Hwy|Close|Crescent|Gardens)\b\.?"
    r"(?:,?[ ](?:Apt|Suite|Ste|Unit|Flat|Floor|#)\.?[ ]?\w{1,6}\b)?"
    r"|\b[A-ZÄÖÜ][\w\-]{0,30}(?:straße|strasse|str\.|weg|platz|allee|gasse|ufer|ring|damm)[ ]\d{1,4}[ ]?[a-z]?\b"
    r"(?:,[ ]?\d{5}[ ][A-ZÄÖÜ]\w{1,30})?"
    r"|\bP\.? ?O\.? Box \d{1,6}\b"
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A find: `text[start:end]` is an `entity` with a score of 0 to 1."""

    start: int
    end: int
    entity: str
    score: float


def _domain_end(text: str, place: int) -> int:
    """Where the domain that starts here ends; 0 when there is none under a public suffix."""
    match = _DOMAIN.match(text, place, place + 255)
    if match and not has_public_suffix(match[0].lower()):
        match = _RUN_ON.match(text, place, match.end())
        match = match if match and has_public_suffix(match[0].lower()) else None
    return match.end() if match else 0


def _emails(text: str) -> Iterator[Span]:
    place = text.find("@")
    while place >= 0:
        end = _domain_end(text, place + 1)
        local = _LOCAL.search(text, max(0, place - 64), place) if end else None
        if local:
            start = place - len(local[0].lstrip(".'/=*`|~#&?{-"))
            if start < place:
                yield Span(start, end, "EMAIL_ADDRESS", 1.0)
        place = text.find("@", place + 1)
    if any(sign in text for sign in ("[at", "(at", "[ at", "( at", "{at", "[AT", "(AT")):
        yield from (Span(*match.span(), "EMAIL_ADDRESS", 0.8) for match in _SPELLED_AT.finditer(text))


def _numbers(text: str, entities: frozenset[str], regions: tuple[str, ...], *, public_ips_only: bool) -> Iterator[Span]:
    for start, end in pii_numbers.runs(text):
        if "IP_ADDRESS" in entities and text.count(".", start, end) >= 3:
            found = pii_numbers.ipv4_addresses(text, start, end, public_only=public_ips_only)
            yield from (Span(s, e, "IP_ADDRESS", score) for s, e, score in found)
        if end - start < pii_numbers.MIN_PHONE_DIGITS:
            continue
        if "CREDIT_CARD" in entities:
            yield from (Span(s, e, "CREDIT_CARD", score) for s, e, score in pii_numbers.cards(text, start, end))
        if "US_SSN" in entities:
            found = pii_numbers.social_security_numbers(text, start, end)
            yield from (Span(s, e, "US_SSN", score) for s, e, score in found)
        if "PHONE_NUMBER" in entities:
            found = pii_numbers.phones(text, start, end, regions=regions)
            yield from (Span(s, e, "PHONE_NUMBER", score) for s, e, score in found)
    if "IP_ADDRESS" in entities:
        found = pii_numbers.ipv6_addresses(text, public_only=public_ips_only)
        yield from (Span(s, e, "IP_ADDRESS", score) for s, e, score in found)
    if "IBAN_CODE" in entities:
        yield from (Span(s, e, "IBAN_CODE", score) for s, e, score in pii_numbers.ibans(text))


def _secrets(text: str, entities: frozenset[str]) -> Iterator[Span]:
    if "PRIVATE_KEY" in entities and "-----BEGIN" in text:
        yield from (Span(*match.span(), "PRIVATE_KEY", 1.0) for match in _PRIVATE_KEY.finditer(text))
    if "API_KEY" in entities and any(start in text for start in _KEY_STARTS):
        yield from (Span(*match.span(), "API_KEY", 0.9) for match in _API_KEY.finditer(text))


@cache
def _presidio() -> "AnalyzerEngine":
    """Presidio with pattern recognisers only: no language model, nothing fetched."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer import predefined_recognizers as predefined
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    engine = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "no_op"}])
    engine.load()
    recognizers = [
        predefined.CryptoRecognizer(supported_language="en"),
        predefined.EsNifRecognizer(supported_language="en"),
        predefined.ItFiscalCodeRecognizer(supported_language="en"),
        predefined.UkNinoRecognizer(supported_language="en"),
        predefined.UsItinRecognizer(supported_language="en"),
    ]
    registry = RecognizerRegistry(supported_languages=["en"], recognizers=recognizers)
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Candidate spans with some text around them, widened to white space and merged where they touch."""
    left = right = -1
    for match in _PRESIDIO_GATE.finditer(text):
        start, end = max(0, match.start() - _WINDOW_CHARS), min(len(text), match.end() + _WINDOW_CHARS)
        if start > right >= 0:
            yield left, right
        left, right = (start if start > right else left), max(right, end)
    if right >= 0:
        yield left, right


def _rest(text: str, entities: frozenset[str]) -> Iterator[Span]:
    wanted = sorted(entities.intersection(PRESIDIO_ENTITIES))
    for start, end in _windows(text) if wanted else ():
        for result in _presidio().analyze(text[start:end], language="en", entities=wanted, score_threshold=0.4):
            yield Span(start + result.start, start + result.end, result.entity_type, result.score)


def _merge(spans: list[Span]) -> list[Span]:
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
) -> list[Span]:
    """Find personal data: spans sorted by position that do not overlap, offsets in characters.

    `regions` are the countries whose national phone formats are recognised without a word such as "phone" nearby or a
    leading `+`. Score 1.0 is a checksum or an e-mail address, 0.75 a word nearby, 0.4 to 0.6 a format alone. Raises
    ValueError on an entity that is neither in `ENTITIES` nor in `OPTIONAL_ENTITIES`.

    >>> [span.entity for span in find("Write to jo@example.org or call 212-555-0147.")]
    ['EMAIL_ADDRESS', 'PHONE_NUMBER']
    >>> find("In 2014-2015 it sold 1 250 000 copies of version 4.0.1.2.")
    []
    """
    if unknown := sorted(entities - ENTITIES - OPTIONAL_ENTITIES):
        message = f"unknown PII entity {unknown[0]!r}; known are {', '.join(sorted(ENTITIES | OPTIONAL_ENTITIES))}"
        raise ValueError(message)
    spans = list(_emails(text)) if "EMAIL_ADDRESS" in entities else []
    spans += _numbers(text, entities, regions, public_ips_only=public_ips_only)
    spans += _secrets(text, entities)
    spans += _rest(text, entities)
    if "STREET_ADDRESS" in entities:
        spans += (Span(*match.span(), "STREET_ADDRESS", 0.5) for match in _STREET.finditer(text))
    return _merge([span for span in spans if span.score >= min_score])


def count(text: str, *, entities: frozenset[str] = ENTITIES, regions: tuple[str, ...] = REGIONS) -> dict[str, int]:
    """How many of each entity a text has, in the order of the entities' names.

    >>> count("jo@example.org, al@example.org, 192.0.2.17")
    {'EMAIL_ADDRESS': 2, 'IP_ADDRESS': 1}
    """
    return dict(sorted(Counter(span.entity for span in find(text, entities=entities, regions=regions)).items()))


def _pseudonym(value: str, entity: str, key: bytes) -> str:
    """Letters only, so that no pseudonym can look like a number; the value is compared without case and separators."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    kept = "@.+" if "@" in plain else ""
    plain = "".join(char for char in plain if char.isalnum() or char in kept)
    message = f"{entity}\0{plain}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(message, key=hashlib.sha256(key).digest(), digest_size=8).hexdigest()
    return digest.translate(str.maketrans("0123456789", "ghijklmnop"))


def redact(
    text: str,
    *,
    entities: frozenset[str] = ENTITIES,
    regions: tuple[str, ...] = REGIONS,
    public_ips_only: bool = False,
    min_score: float = 0.0,
    key: bytes = b"",
    spans: list[Span] | None = None,
) -> str:
    """Replace every find by its tag, `<EMAIL_ADDRESS>`; with a `key`, by a pseudonym, `<EMAIL_ADDRESS_kbdofhce...>`.

    The same value under the same key has the same pseudonym in every document, in any order. Redaction is repeated
    until nothing is found, so redacting twice changes nothing and no tag brings two halves together. `spans` are those
    that `find` gave for this text and these options, where the caller already has them.

    >>> redact("Write to jo@example.org or call 212-555-0147.")
    'Write to <EMAIL_ADDRESS> or call <PHONE_NUMBER>.'
    >>> redact("Nobody to call here.")
    'Nobody to call here.'
    """
    options = {"regions": regions, "public_ips_only": public_ips_only, "min_score": min_score}
    spans = find(text, entities=entities, **options) if spans is None else spans  # type: ignore[arg-type]
    while spans:
        parts, done = [], 0
        for span in spans:
            suffix = f"_{_pseudonym(text[span.start : span.end], span.entity, key)}" if key else ""
            parts += [text[done : span.start], f"<{span.entity}{suffix}>"]
            done = span.end
        text = "".join([*parts, text[done:]])
        spans = find(text, entities=entities, **options)  # type: ignore[arg-type]
    return text
