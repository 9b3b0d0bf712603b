"""Presidio's checked recognisers for the rarer national numbers, on small windows around candidates.

No language model is loaded and nothing is downloaded.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

ENTITIES = ("CRYPTO", "ES_NIF", "IT_FISCAL_CODE", "UK_NINO", "US_ITIN")

_WINDOW_CHARS = 64
_GATE = re.compile(
    r"\b(?:bc1[a-z0-9]{25,90}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|\d{7,8}-?[A-Z]|[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]|"
    r"[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]|9\d\d[ -]\d\d[ -]\d{4})\b",
    re.ASCII,
)


@cache
def _analyzer() -> "AnalyzerEngine":
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
    """Candidate spans with some text around them, merged where they touch."""
    left = right = -1
    for match in _GATE.finditer(text):
        start, end = max(0, match.start() - _WINDOW_CHARS), min(len(text), match.end() + _WINDOW_CHARS)
        if start > right >= 0:
            yield left, right
        left, right = (start if start > right else left), max(right, end)
    if right >= 0:
        yield left, right


def national_numbers(text: str, entities: frozenset[str]) -> Iterator[tuple[int, int, str, float]]:
    """Finds of those of `ENTITIES` that are in `entities`, as (start, end, entity, score)."""
    wanted = sorted(entities.intersection(ENTITIES))
    for start, end in _windows(text) if wanted else ():
        for result in _analyzer().analyze(text[start:end], language="en", entities=wanted, score_threshold=0.4):
            yield start + result.start, start + result.end, result.entity_type, result.score
