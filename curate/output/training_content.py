"""What a run can answer of the public summary of training content that Regulation (EU) 2024/1689, Article 53(1)(d)
asks.

The order is that of the European Commission's template of July 2025. A model's provider has to fill in what a corpus
cannot know, and that is said where it stands; nobody is named here.

Source: Explanatory Notice and Template for the Public Summary of Training Content, European Commission, C(2025) 8311.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from curate.output.card import rights, top
from curate.output.inputs import how_many
from curate.output.markdown import code, plain, table
from curate.output.origins import Origins

DOMAIN_SHARE = 0.10  # of all domains, by size of content, that the template asks for; a small provider may name fewer
PROVIDER = "*To be filled in by the provider of the model.*\n"
SIZES = ((1e9, "less than 1 billion tokens"), (1e13, "1 billion to 10 trillion tokens"))


def training_content(report: Mapping[str, Any], found: Origins) -> str:
    """The summary as Markdown."""
    return "\n".join(_sections(report, found))


def _sections(report: Mapping[str, Any], found: Origins) -> Iterator[str]:
    tokens = report["totals"]["tokens_out"]
    size = next((name for limit, name in SIZES if tokens < limit), "more than 10 trillion tokens")
    languages = ", ".join(f"{code(n or 'unknown')} {c:,}" for n, c in top(found.counted.get("language", Counter())))
    yield "# Public summary of training content\n"
    yield "Written by a program from the data. It describes one corpus; a model may have been trained on others too.\n"
    yield f"## 1. General information\n\n### 1.1 Provider\n\n{PROVIDER}\n### 1.2 Model\n\n{PROVIDER}"
    yield "### 1.3 Modality and size\n"
    yield table(
        ("asked", "answer"),
        [
            ("modality", "text"),
            ("size", f"{size}: about {tokens:,} tokens, {found.documents:,} documents, {found.chars:,} characters"),
            ("content", "the main text of web pages, or of what else the inputs below hold"),
            ("latest date of acquisition", code(found.last_date) or "unknown: no document has a date"),
            ("languages, by documents", languages or "not determined"),
        ],
    )
    yield "\n## 2. Sources\n\n### 2.1 Publicly available datasets\n"
    yield "The archives that were read. Whether they can be had publicly, and where, the provider has to say.\n"
    rows = [(code(item["name"]), code(item["format"]), f"{item['bytes']:,}") for item in report["inputs"][:1000]]
    yield table(("archive", "format", "bytes:"), rows)
    yield f"{how_many(report):,} in all; `manifest.json` has their digests.\n"
    yield f"### 2.2 Private datasets of third parties\n\nNone is known to this program. {PROVIDER}"
    yield "### 2.3 Data crawled and scraped from online sources\n"
    yield from _crawled(found)
    yield f"### 2.4 User data; 2.5 Synthetic data; 2.6 Other\n\nNone was added by this program. {PROVIDER}"
    yield "## 3. Processing\n\n### 3.1 Reservations of rights\n"
    yield "This program crawls nothing; whether robots.txt was obeyed, the crawler's operator has to say.\n"
    yield rights(report, found)
    yield "\n### 3.2 Removal of illegal and unwanted content\n"
    yield _removed(report)


def _crawled(found: Origins) -> Iterator[str]:
    period = f"from {code(found.first_date)} to {code(found.last_date)}" if found.first_date else "unknown"
    named = found.domains[: -(-len(found.domains) // int(1 / DOMAIN_SHARE))]
    share = sum(d.chars for d in named) / found.chars if found.chars else 0.0
    yield f"Name, operator and behaviour of the crawler: {PROVIDER}"
    yield f"Period of collection, by the dates of captures: {period}.\n"
    yield (
        f"Documents come from {len(found.domains):,} domains. The {len(named):,} largest, a tenth of them, hold "
        f"{share:.1%} of the characters:\n"
    )
    yield table(
        ("domain", "documents:", "characters:"), [(code(d.name), f"{d.documents:,}", f"{d.chars:,}") for d in named]
    )


def _removed(report: Mapping[str, Any]) -> str:
    """Every stage that drops by what a text or its address says, with what it says of itself."""
    who = {told["name"]: told["judgement"]["who"] for told in report.get("about", [])}
    rows = [
        (code(stage["name"]), plain(who.get(stage["name"], "")), f"{sum(stage['dropped'].values()):,}")
        for stage in report["stages"]
        if sum(stage["dropped"].values())
    ]
    return table(("stage", "by", "pages removed:"), rows)
