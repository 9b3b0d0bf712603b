"""The value model that ships, from labelled pages extracted again: `python -m curate.training.shipped --shared DIR`.

Labels belong to pages, not to texts: when the extractor changes, its new texts take the old labels by address. Each
page is taught as plain text and as Markdown, so that the score does not depend on which of the two a recipe writes.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from classifiers import model_cards, training_data, value_model
from classifiers.fasttext_model import SHIPPED_SHA256
from classifiers.value_examples import Example
from classifiers.value_training import train
from curate.extract import extract
from curate.warc import read_pages

SHARDS = ("crawl/dev.warc.gz", "crawl/dev2.warc.gz")
MODEL = "quality.npz"
MARKUPS = ("plain", "markdown")


def extracted_again(shared: Path, markup: str) -> list[Example]:
    """The labelled pages with the texts that today's extractor takes out of them; pages without text are left out."""
    labelled = {example.key: example for example in training_data.value_examples(shared)}
    return [replace(labelled[url], text=text) for url, text in _texts(shared, markup) if url in labelled and text]


def _texts(shared: Path, markup: str) -> Iterator[tuple[str, str]]:
    seen = set()
    for shard in SHARDS:
        for page in read_pages(shared / shard):
            if page.url not in seen:
                seen.add(page.url)
                yield page.url, extract(page.html, charset=page.charset, url=page.url, markup=markup)


def main(arguments: list[str] | None = None) -> int:
    """Train and write the model and its card; says so when the model is not the one that ships."""
    parser = argparse.ArgumentParser(prog="python -m curate.training.shipped", description="Train the value model.")
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, default=Path("classifiers/models"), help="where model and card go")
    options = parser.parse_args(arguments)
    plain, other = (extracted_again(options.shared, markup) for markup in MARKUPS)
    model, _ = train(plain, other)
    written = value_model.save(model, options.out / MODEL)
    sys.stdout.write(f"{written.path}, SHA-256 {written.sha256}\n")
    if written.sha256 != SHIPPED_SHA256[MODEL]:
        sys.stdout.write("  not the model that ships: change SHIPPED_SHA256 in classifiers/fasttext_model.py\n")
    card = model_cards.quality_card(options.shared, written, plain, other)
    (options.out / "quality.md").write_text(card, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
