"""PII on the labelled sentences, entity by entity, and its cost on the dev texts beside Presidio called naively.

Usage: `python bench/pii.py [SHARED_DATA] [--naive N]`, from the repository, with the measuring data in ../shared/data.
The naive call is an AnalyzerEngine with the same six recognisers over whole texts; both run on the same N texts.
"""

import argparse
import io
import json
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer import predefined_recognizers as predefined
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from filters import pii
from filters.address import has_public_suffix

COMPARED = ("EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "US_SSN")


def read_rows(path: Path) -> list[dict]:
    """All rows of a .jsonl.zst file."""
    with pa.input_stream(str(path), compression="zstd") as stream:
        return [json.loads(line) for line in io.TextIOWrapper(stream, encoding="utf-8")]


def naive_presidio() -> AnalyzerEngine:
    """Presidio over whole texts with the six recognisers and its default phone regions, offline."""
    import tldextract

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    engine = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "no_op"}])
    engine.load()
    recognizers = [
        predefined.EmailRecognizer(),
        predefined.PhoneRecognizer(),
        predefined.CreditCardRecognizer(),
        predefined.IbanRecognizer(),
        predefined.IpRecognizer(),
        predefined.UsSsnRecognizer(),
    ]
    registry = RecognizerRegistry(supported_languages=["en"], recognizers=recognizers)
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


def score(rows: list[dict], find) -> None:
    """Print recall and precision per entity; a find counts when it covers exactly the same characters."""
    gold, hit, found = Counter(), Counter(), Counter()
    for row in rows:
        truth = {(s["start_position"], s["end_position"], s["entity_type"]) for s in row["spans"]}
        guess = {(start, end, entity) for start, end, entity in find(row["full_text"]) if entity in COMPARED}
        gold.update(entity for *_, entity in truth if entity in COMPARED)
        found.update(entity for *_, entity in guess)
        hit.update(entity for *_, entity in truth & guess)
    for entity in (*COMPARED, "all"):
        g, h, f = (sum(c.values()) if entity == "all" else c[entity] for c in (gold, hit, found))
        print(f"  {entity:14} gold {g:4}  found {f:4}  recall {h / g:.3f}  precision {h / max(1, f):.3f}")


def cpu_ms(texts: list[str], call) -> float:
    """CPU milliseconds per text."""
    start = time.process_time()
    for text in texts:
        call(text)
    return 1000 * (time.process_time() - start) / len(texts)


def main() -> None:
    """Print the quality and cost tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--naive", type=int, default=300, help="texts the naive engine is timed on")
    arguments = parser.parse_args()
    rows = read_rows(arguments.data / "labelled" / "pii_spans.jsonl.zst")
    texts = [row["text"] for row in read_rows(arguments.data / "reference" / "reference_dev.jsonl.zst")]
    engine = naive_presidio()
    has_public_suffix("example.com")
    print("ours:")
    score(rows, lambda text: [(s.start, s.end, s.entity) for s in pii.find(text)])
    print("Presidio, naively:")
    score(rows, lambda text: [(r.start, r.end, r.entity_type) for r in engine.analyze(text, language="en")])
    some = texts[:: max(1, len(texts) // arguments.naive)]
    ours, naive = cpu_ms(some, pii.redact), cpu_ms(some, lambda text: engine.analyze(text, language="en"))
    print(f"{len(some)} texts: ours {ours:.3f} ms, Presidio {naive:.2f} ms, ratio {naive / ours:.0f}")
    print(f"{len(texts)} texts: redact {cpu_ms(texts, pii.redact):.3f} ms, find {cpu_ms(texts, pii.find):.3f} ms")
    print(Counter(span.entity for text in texts for span in pii.find(text)))


if __name__ == "__main__":
    main()
