"""The value model that ships, from labelled pages: `python -m curate.training.shipped --shared DIR`.

A label was given to a text as an earlier extractor took it out of its page. Today's extractor leaves other texts, which
take the same labels by address. The model is taught all of them, the text that was read at full weight and the texts of
today, plain and as Markdown, at half of it: so a score depends neither on the extractor nor on what a recipe writes.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from curate.classifiers import value_model
from curate.classifiers.fasttext_model import SHIPPED_SHA256
from curate.classifiers.training import cards as model_cards
from curate.classifiers.training import labelled_sets as training_data
from curate.classifiers.training import value_report
from curate.classifiers.training.value import fit, pieces, teaching
from curate.classifiers.training.value_examples import Example
from curate.extract import extract
from curate.training.learned import SUFFIX, write_learned
from curate.training.texts import site_of
from curate.warc.reading import read_pages

SHARDS = ("crawl/dev.warc.gz", "crawl/dev2.warc.gz")
MODEL = "quality.npz"
RENDERINGS = {"extracted again": "plain", "extracted again, as Markdown": "markdown"}
WEIGHT = 0.5  # of a rendering that nobody has read


def renderings(shared: Path) -> dict[str, list[Example]]:
    """The labelled pages in the texts that today's extractor takes out of them, by the name of the rendering."""
    return {name: extracted_again(shared, markup) for name, markup in RENDERINGS.items()}


def extracted_again(shared: Path, markup: str) -> list[Example]:
    """The labelled pages with the texts of today's extractor; pages without text are left out."""
    labelled = {example.key: replace(example, weight=WEIGHT) for example in training_data.value_examples(shared)}
    return [replace(labelled[url], text=text) for url, text in _texts(shared, markup) if url in labelled and text]


def _texts(shared: Path, markup: str) -> Iterator[tuple[str, str]]:
    seen = set()
    for shard in SHARDS:
        for page in read_pages(shared / shard):
            if page.url not in seen:
                seen.add(page.url)
                yield page.url, extract(page.html, charset=page.charset, url=page.url, markup=markup)


def train(shared: Path) -> tuple[value_model.ValueModel, value_report.Study]:
    """The model, and how models that had not seen a page's source scored the page."""
    examples, others = training_data.value_examples(shared), renderings(shared)
    found = value_report.study(examples, others)
    taught = teaching(examples, [each for other in others.values() for each in other])
    sums, shares = found.curve
    return replace(fit(taught, pieces(examples)), sums=sums, shares=shares), found


def main(arguments: list[str] | None = None) -> int:
    """Train and write the model and its card; says so when the model is not the one that ships."""
    parser = argparse.ArgumentParser(prog="python -m curate.training.shipped", description="Train the value model.")
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, default=Path("classifiers/models"), help="where model and card go")
    options = parser.parse_args(arguments)
    model, found = train(options.shared)
    written = value_model.save(model, options.out / MODEL)
    sys.stdout.write(f"{written.path}, SHA-256 {written.sha256}\n")
    if written.sha256 != SHIPPED_SHA256[MODEL]:
        sys.stdout.write("  not the model that ships: change SHIPPED_SHA256 in classifiers/fasttext_model.py\n")
    sites = (site_of(each.key, each.text) for each in training_data.value_examples(options.shared))
    write_learned(options.out / f"quality{SUFFIX}", written.sha256, sites)
    card = model_cards.quality_card(options.shared, written, found)
    (options.out / "quality.md").write_text(card, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
