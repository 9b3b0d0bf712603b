"""Reads the labelled sets beside the repository as rows of (label, group, kind, text) that a split can keep apart."""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from curate.classifiers.training.contrast import contrast_sentences
from curate.classifiers.training.corpora import canonical_url, linked_urls, read_jsonl, read_lines, reddit_submissions
from curate.classifiers.training.phrase_cases import phrase_sentences
from curate.classifiers.training.toxicity import (
    CALM,
    PATTERN_WEIGHT,
    PHRASE_WEIGHT,
    Sentence,
    case_sentences,
    case_targets,
    known,
    one_sentence,
    page_sentences,
)
from curate.classifiers.training.value_examples import Example

SENTENCES = "labelled/language_sentences.jsonl.zst"
WIKIPEDIA = "labelled/wikipedia_valid.txt.zst"
TOXICITY = "labelled/toxicity.jsonl.zst"
TEMPLATES = "labelled/toxicity_identity_templates.jsonl.zst"
ARTICLES = ("gold/wcxb.jsonl.zst", "gold/fundus_eval.jsonl.zst")
PAGES = "reference/reference_dev.jsonl.zst"
PAGE_TABLE = "crawl/dev.pages.tsv"
VALUES = "labelled/page_value.jsonl.zst"
SUBMISSIONS = "labelled/reddit_submissions"

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text; texts of one `group` are never split between training and test, `kind` is for the report."""

    label: str
    group: str
    kind: str
    text: str

    @property
    def fold(self) -> int:
        """Return which of the five folds the row's group is in, from 0 to 4."""
        return int(hashlib.sha256(self.group.encode("utf-8", "replace")).hexdigest()[:8], 16) % FOLDS


def site(url: str) -> str:
    """The last three labels of the host, which is fine enough to keep a site's pages together."""
    return ".".join((urlsplit(url).hostname or url).removeprefix("www.").split(".")[-3:])


def _page_table(data: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10**7)
    with (data / PAGE_TABLE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def page_languages(data: Path) -> dict[str, str]:
    """The language by URL of the pages of the development shard, as its table states it."""
    return {row["url"]: row["lang"] for row in _page_table(data)}


def pages(data: Path) -> Iterator[Row]:
    """Extracted pages of the development shard; the label is a language two detectors agree on, else empty."""
    stated = page_languages(data)
    for page in read_jsonl(data / PAGES):
        agreed = page["lang"] if stated[page["url"]] == page["lang"] else ""
        yield Row(agreed, site(page["url"]), page["url"], page["text"])


def wikipedia_articles(data: Path) -> Iterator[tuple[str, list[str]]]:
    """Articles of the tokenised dump as (title, paragraphs), with the tokeniser's marks taken back."""
    title, paragraphs = "", list[str]()
    for line in read_lines(data / WIKIPEDIA):
        heading = re.fullmatch(r" = ([^=].*?) = *", line)
        if heading:
            if paragraphs:
                yield title, paragraphs
            title, paragraphs = heading[1], []
        elif line.strip() and not line.startswith(" ="):
            paragraphs.append(re.sub(r" @([-,.])@ ", r"\1", line).replace("<unk>", " ").strip())
    yield title, paragraphs


def gold_articles(data: Path) -> Iterator[Row]:
    """Articles whose text people marked; label `hq`, grouped by site."""
    for name in ARTICLES:
        for page in read_jsonl(data / name):
            if page.get("page_type", "article") == "article":
                yield Row("hq", site(page["url"]), page["url"], page["gold_text"])


def _some_lines(text: str, most: int, page: str) -> list[str]:
    """A few of the longer lines of a page, by a hash of line and page: a site's menu must not always be among them."""
    lines = {line[:400] for line in text.split("\n") if len(line) >= 20}
    return sorted(lines, key=lambda line: _by_hash(f"{page} {line}"))[:most]


def _by_hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def language_rows(data: Path, *, max_page_rows: int = 600, max_english: int = 1000) -> list[Row]:
    """Sentences in 75 languages, and up to 600 lines and heads per language of pages whose language is agreed on.

    Sentences alone leave a model that has never seen a menu, a price or a line of code. English, which recipes ask for
    most, gets up to 1,000 sentences of posts and of an encyclopaedia more: 500 leave common words unseen.
    """
    rows = [Row(row["lang"], row["text"], "sentence", row["text"]) for row in read_jsonl(data / SENTENCES)]
    known = {row.label for row in rows}
    found = [row for row in pages(data) if row.label in known]
    found += [Row("en", title, title, "\n".join(text)) for title, text in wikipedia_articles(data)]
    extra = [
        Row(row.label, row.group, "page line", line)
        for row in found
        for line in [*_some_lines(row.text, 3, row.kind), row.text[:1000]]
    ]
    return rows + _at_most(extra, max_page_rows) + _at_most(_english_sentences(data), max_english)


def _english_sentences(data: Path) -> Iterator[Row]:
    for post in read_jsonl(data / TOXICITY):
        yield Row("en", post["text"], "English", post["text"])
    for title, article in wikipedia_articles(data):
        for sentence in re.split(r"(?<=\.) ", " ".join(article)):
            yield Row("en", title, "English", sentence)


def _at_most(rows: Iterable[Row], most: int) -> list[Row]:
    counts: Counter[str] = Counter()
    kept = []
    for row in sorted(rows, key=lambda row: _by_hash(row.text)):
        counts[row.label] += 1
        if counts[row.label] <= most:
            kept.append(row)
    return kept


def webtext_rows(data: Path, *, max_source_pages: int = 25) -> list[Row]:
    """Good texts (`hq`) and ordinary pages of the crawl (`cc`), grouped by encyclopaedia article or by source.

    Good are Wikipedia and the pages of the crawl that a Reddit post with three or more upvotes links to. The rest of
    the crawl counts with at most so many pages of each source: a model that sees one collection on one side learns to
    recognise the collection.
    """
    linked = frozenset(recommended_urls(data))
    good = [
        Row("hq", title, "wikipedia", text) for title, article in wikipedia_articles(data) for text in _chunks(article)
    ]
    crawl, counts = [], Counter[str]()
    sources = page_sources(data)
    for page in sorted(pages(data), key=lambda page: _by_hash(page.kind)):
        source = sources[page.kind]
        if canonical_url(page.kind) in linked:
            good.append(Row("hq", source, "linked", page.text))
        elif counts[source] < max_source_pages:
            counts[source] += 1
            crawl.append(Row("cc", source, "crawl, English" if page.label == "en" else "crawl, other", page.text))
    return good + crawl


def recommended_urls(data: Path) -> list[str]:
    """The pages that posts of the Reddit dumps with three or more upvotes link to: canonical addresses, sorted."""
    dumps = sorted((data / SUBMISSIONS).glob("*.xz"))
    return linked_urls(post for path in dumps for post in reddit_submissions(path))


def page_sources(data: Path) -> dict[str, str]:
    """The source by URL of the pages of the development shard: the collection each was saved in."""
    return {row["url"]: row["source"] for row in _page_table(data)}


def value_examples(data: Path) -> list[Example]:
    """The pages read against the written rubric, with their values, sources, formats and topics."""
    return [
        Example(row["text"], row["value"], row["source"], row["url"], row["format"], row["topic"])
        for row in read_jsonl(data / VALUES)
    ]


def _chunks(paragraphs: list[str], min_chars: int = 2500) -> Iterator[str]:
    """Runs of whole paragraphs of about the length of a page's text."""
    run: list[str] = []
    for paragraph in paragraphs:
        run.append(paragraph)
        if sum(map(len, run)) > min_chars:
            yield "\n".join(run)
            run = []
    if sum(map(len, run)) > min_chars // 8:
        yield "\n".join(run)


POST_TARGETS = {
    "neither": CALM, "hate": known(harm=1, hate=1), "toxic": known(harm=1), "offensive": known(obscene=1, explicit=0),
}  # fmt: skip


def half_of(source: str) -> int:
    """Return which half of the pages' sources a source is in, 0 or 1; never split between training and test."""
    return _by_hash(source)[3] % 2


def toxicity_sentences(data: Path) -> list[Sentence]:
    """Labelled posts, our own cases, and the sentences of pages read as clean, as the toxicity model learns them."""
    rows = [one_sentence(text, case_targets(kinds), PATTERN_WEIGHT, "cases") for kinds, text in case_sentences()]
    for label, text in contrast_sentences():
        targets = CALM if label == "calm" else known(harm=1, hate=1, explicit=0)
        rows.append(one_sentence(text, targets, PATTERN_WEIGHT, "contrast"))
    for kinds, text in dict.fromkeys(phrase_sentences()):
        rows.append(one_sentence(text, case_targets(kinds), PHRASE_WEIGHT, "cases"))
    for post in read_jsonl(data / TOXICITY):
        rows.append(one_sentence(post["text"], POST_TARGETS[post["label"]], 0.0, post["source"]))
    found = [row for row in rows if row is not None]
    for page in clean_pages(data):
        found += page_sentences(page.text, page.group)
    for text in calm_articles(data):
        found += page_sentences(text, "articles")
    return found


def calm_articles(data: Path) -> Iterator[str]:
    """Texts that people marked and articles of the encyclopaedia, none of which shares a site or a line with a page.

    Nobody read them for toxicity; they are taken to be calm. Half of the marked texts are pages of the crawl under
    another name, and would bring what is left out back in.
    """
    pages = list(read_jsonl(data / VALUES))
    sites, lines = {site(page["url"]) for page in pages}, {line for page in pages for line in _long_lines(page["text"])}
    texts = [(site(row["url"]), row["gold_text"]) for name in ARTICLES for row in read_jsonl(data / name)]
    texts += [("", "\n".join(article)) for _, article in wikipedia_articles(data)]
    yield from (
        text for where, text in texts if text and where not in sites and not lines.intersection(_long_lines(text))
    )


def _long_lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.split("\n") if len(line.strip()) > 60)


def clean_pages(data: Path, *, min_chars: int = 0) -> list[Row]:
    """The pages a reader found nothing toxic on, grouped by source, longer than so many characters."""
    rows = (Row("calm", page["source"], page["url"], page["text"]) for page in read_jsonl(data / VALUES)
            if page["toxic"] == 0 and len(page["text"]) > min_chars)  # fmt: skip
    return list(rows)
