"""PII on the labelled sentences, on real contact pages, and its cost on the dev texts beside Presidio called naively.

Usage: `python bench/pii.py [SHARED_DATA] [--naive N] [--extractor NAME] [--misses]`, from the repository, with the
measuring data in ../shared/data. The naive call is an AnalyzerEngine with the same six recognisers over whole texts;
both run on the same N texts. Contact pages are the development shard's and the gold sets' pages with mailto: or tel:
links: every place where such an address or number stands in the text we extract, and in all text of the page, counts.
"""

import argparse
import io
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer import predefined_recognizers as predefined
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from curate.extract import extract
from curate.filters import pii
from curate.filters.address import has_public_suffix
from curate.warc.reading import read_pages

GOLD = ("wcxb", "trafilatura", "fundus_eval", "mozilla_readability", "newspaper_cases", "goose3")
LINK = re.compile(r"""href\s*=\s*["']?\s*(mailto|tel|callto):([^"'>]{3,200})""", re.IGNORECASE)
MAILBOX = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}")
BETWEEN_DIGITS = r"[\s().\-/\u2010-\u2015\u00a0\u202f+]{0,4}"
# Texts often show the number of a link without its country code; those common among these pages.
COUNTRIES = "1 7 27 31 32 33 34 353 358 36 380 39 41 420 43 44 45 46 47 48 49 52 55 61 62 64 65 81 82 852 86 886 91 972"

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


def links(html: str) -> set[tuple[str, str]]:
    """The entity and value of each mailto: and tel: link; numbers as their digits."""
    values = set()
    for kind, link in LINK.findall(html):
        target = unquote(unescape(link)).strip()
        if kind.lower() == "mailto":
            boxes = (box.strip().lower() for box in re.split("[,;]", target.partition("?")[0]))
            values |= {("EMAIL_ADDRESS", box) for box in boxes if MAILBOX.fullmatch(box)}
        else:
            digits = re.sub(r"\D", "", re.split(r"[;,]|ext", target)[0])
            if 7 <= len(digits) <= 15:
                values.add(("PHONE_NUMBER", digits))
    return values


def places(text: str, entity: str, value: str) -> Iterator[tuple[int, int]]:
    """Where a link's value stands in a text, a number also without its country code and with any separators."""
    if entity == "EMAIL_ADDRESS":
        patterns = [rf"(?<![\w.+\-]){re.escape(value)}(?![\w\-])"]
    else:
        forms = [value, *(zero + value[len(code) :] for code in COUNTRIES.split() for zero in ("", "0")
                          if value.startswith(code))]  # fmt: skip
        patterns = [rf"(?<!\d){BETWEEN_DIGITS.join(form)}(?!\d)" for form in forms if len(form) >= 7]
    for pattern in patterns:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield match.start() + len(match[0]) - len(match[0].lstrip(" (+\n")), match.end()


def contact_pages(data: Path) -> Iterator[tuple[str, str | bytes, set[tuple[str, str]]]]:
    """Address, HTML and links of each page that has some."""
    pages = [(page.url, page.html) for page in read_pages(data / "crawl/dev.warc.gz")]
    pages += [(row.get("url") or row["id"], row["html"]) for name in GOLD
              for row in read_rows(data / f"gold/{name}.jsonl.zst")]  # fmt: skip
    for url, html in pages:
        values = links(html if isinstance(html, str) else html.decode("utf-8", "replace"))
        if values:
            yield url, html, values


def all_text(html: str | bytes) -> str:
    """All text of a page, menus and footers too, where most contacts stand."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    page = html if isinstance(html, str) else bytes_to_str(html, detect_encoding(html))
    return extract_plain_text(page, main_content=False)


def contacts(data: Path, extractor: str, *, misses: bool) -> None:
    """Print the recall of e-mail addresses and phone numbers on contact pages; with `misses`, each not found."""
    found, there = Counter(), Counter()
    for url, html, values in contact_pages(data):
        for kind, text in (("extracted", extract(html, url=url, extractor=extractor)), ("all text", all_text(html))):
            spans = pii.find(text)
            where = {(entity, place) for entity, value in values for place in places(text, entity, value)}
            for entity, (start, end) in sorted(where):
                hit = any(span.start <= start and end <= span.end and span.entity == entity for span in spans)
                there[kind, entity] += 1
                found[kind, entity] += hit
                if misses and not hit:
                    print(f"  missed in {kind}: {text[max(0, start - 40) : end + 15]!r} of {url[:60]}")
    for kind, entity in sorted(there):
        hits, of = found[kind, entity], there[kind, entity]
        print(f"contact pages, {kind:9} {entity:14} {hits} of {of} found, recall {hits / of:.3f}")


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
    parser.add_argument("--extractor", default="blocks", help="how contact pages become text")
    parser.add_argument("--misses", action="store_true", help="show the contacts that are not found")
    arguments = parser.parse_args()
    rows = read_rows(arguments.data / "labelled" / "pii_spans.jsonl.zst")
    texts = [row["text"] for row in read_rows(arguments.data / "reference" / "reference_dev.jsonl.zst")]
    engine = naive_presidio()
    has_public_suffix("example.com")
    print("ours:")
    score(rows, lambda text: [(s.start, s.end, s.entity) for s in pii.find(text)])
    print("Presidio, naively:")
    score(rows, lambda text: [(r.start, r.end, r.entity_type) for r in engine.analyze(text, language="en")])
    contacts(arguments.data, arguments.extractor, misses=arguments.misses)
    some = texts[:: max(1, len(texts) // arguments.naive)]
    ours, naive = cpu_ms(some, pii.redact), cpu_ms(some, lambda text: engine.analyze(text, language="en"))
    print(f"{len(some)} texts: ours {ours:.3f} ms, Presidio {naive:.2f} ms, ratio {naive / ours:.0f}")
    found = [pii.find(text) for text in texts]
    spans = iter(found)
    once = cpu_ms(texts, lambda text: pii.redact(text, spans=next(spans)))
    print(
        f"{len(texts)} texts: redact {cpu_ms(texts, pii.redact):.3f} ms, of it find {cpu_ms(texts, pii.find):.3f} ms "
        f"and the rest {once:.3f} ms; {sum(map(bool, found))} texts have a find"
    )
    print(Counter(span.entity for each in found for span in each))


if __name__ == "__main__":
    main()
