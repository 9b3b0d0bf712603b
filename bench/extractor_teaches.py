"""Does our text of a page teach a model more than trafilatura's text of the same page?

    python bench/extractor_teaches.py [--shared ../shared/data] [--cache teacher-cache] [--draws 8]

The labelled pages of value 3 and more, extracted by both; pages that either finds nothing in are left out. 5-gram
models are trained on halves of either, equal in bytes and by site, a text counting with its first 2,000 characters, and
asked to predict texts that people marked as the main text of pages of other sites. Lower bits per byte are better. All
of it is `curate.prove`; `--cache` keeps what trafilatura said.
"""

import argparse
import tempfile
from pathlib import Path

from curate.classifiers.training.labelled_sets import value_examples
from curate.classifiers.training.value_examples import WORTH
from curate.extract import extract
from curate.extract.training.examples import PEOPLE, Teacher, read_archive, read_set, site_of
from curate.extract.training.main import CRAWLS
from curate.prove.prove import Settings, prove
from curate.prove.texts import Corpus, corpus

MARKUPS = ("plain", "markdown")


def arms(shared: Path, cache: Path) -> list[Corpus]:
    """The same pages by trafilatura and by us."""
    worthy = {each.key for each in value_examples(shared) if each.value >= WORTH}
    teacher, made = Teacher(cache), {name: [] for name in ("trafilatura", *MARKUPS)}
    for archive in CRAWLS:
        for page in read_archive(shared / "crawl" / archive):
            if page.url not in worthy:
                continue
            worthy.remove(page.url)
            texts = [teacher.text(page.html), *(extract(page.html, markup=markup) for markup in MARKUPS)]
            if all(texts):
                for name, text in zip(made, texts, strict=True):
                    made[name].append((text, page.url))
    return [corpus(name, rows) for name, rows in made.items()]


def held_out(shared: Path, sites: set[str]) -> list[Corpus]:
    """What people marked as main text on other sites."""
    pages = [
        page for name in ("wcxb", "fundus_eval") for page in read_set(shared / "gold" / f"{name}.jsonl.zst", PEOPLE)
    ]
    gold = [(page.gold, page.url) for page in pages if page.gold and site_of(page.url) not in sites]
    return [corpus("main text of other sites", gold)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path("teacher-cache"))
    parser.add_argument("--draws", type=int, default=8)
    options = parser.parse_args()
    ours = arms(options.shared, options.cache)
    sites = {site for arm in ours for site in arm.sites}
    with tempfile.TemporaryDirectory() as folder:
        found = prove(
            ours, held_out(options.shared, sites), Settings(draws=options.draws, steps=0), Path(folder), print
        )
    print({arm.name: (len(arm.texts), int(arm.sizes.sum())) for arm in ours}, "bytes of a half:", found.size)
    for layer, bits in found.bits.items():
        print(layer, bits)
    for pair in found.pairs:
        print(
            pair.a,
            pair.b,
            pair.verdict,
            [(d.layer, d.held_out, d.value, d.low, d.high, d.floor) for d in pair.differences],
        )


if __name__ == "__main__":
    main()
