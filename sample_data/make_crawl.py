"""Write crawl.warc.gz and expected.json: a small crawl of sites that do not exist, made so that every stage has work to do.

    python sample_data/make_crawl.py [FOLDER]

The same bytes come out every time. `KINDS` is the table to read first: what kinds of page there are, and which stage of
the default recipe is expected to drop each.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import copies
import english
import fetches
import foreign
from warc_records import Page, expectations, members

KEPT = "kept"
KINDS = {
    "damaged record": "damaged",
    "status 404": "read",
    "status 301": "read",
    "status 5xx": "read",
    "other type": "read",
    "html that is not": "read",
    "empty body": "read",
    "truncated payload": "gopher.repetition",
    "adult address": "url",
    "casino address": "url",
    "pharmacy address": "url",
    "pirate address": "url",
    "endless address": "url",
    "tiny page": "prefilter",
    "meta refresh": "prefilter",
    "frameset": "prefilter",
    "directory listing": "prefilter",
    "parked domain": "prefilter",
    "binary page": "prefilter",
    "foreign language": "prefilter",
    "application shell": "extract",
    "picture gallery": "extract",
    "login form": "extract",
    "map or video": "extract",
    "foreign in English frame": "language",
    "mirrored article": "dedup_exact",
    "copied notice": "quality",
    "syndicated article": "dedup_near",
    "doorway copy": "quality",
    "keyword stuffing": "gopher.repetition",
    "repeated block": "gopher.repetition",
    "empty calendar": "gopher.repetition",
    "thin page": "gopher.quality",
    "forum one-liners": "gopher.quality",
    "teaser list": "gopher.quality",
    "all capitals": "gopher.quality",
    "hashtags": "quality",
    "bullet list": "quality",
    "price list": "gopher.repetition",
    "hostile page": "gopher.quality",
    "filler text": "c4.quality",
    "source code": "quality",
    "legal notice": "c4.quality",
    "short lines": "fineweb.quality",
    "repeated notice": "quality",
    "product listing": "quality",
    "hateful rant": "toxicity",
    "contact directory": "pii",
    "spun text": "quality",
    "server notice": "quality",
    "doorway page": "quality",
    "plain article": KEPT,
    "article": KEPT,
}
BUILDERS: tuple[Callable[[Random], Iterator[Page]], ...] = (
    fetches.bad_statuses,
    fetches.other_types,
    fetches.damage,
    fetches.bad_addresses,
    fetches.hollow_pages,
    fetches.textless_pages,
    fetches.hostile_pages,
    foreign.foreign_pages,
    english.repetitive_pages,
    english.thin_and_listed_pages,
    english.unfinished_pages,
    english.listlike_pages,
    english.unkind_pages,
    english.personal_pages,
    english.spun_pages,
    copies.articles,
    copies.mirrors,
    copies.syndicated,
    copies.doorways,
    copies.notices,
)


def all_pages() -> list[Page]:
    """Every page in the order of the file: shuffled, except that the first of each group of copies comes first."""
    pages = [page for build in BUILDERS for page in build(Random(f"sample {build.__name__}"))]
    repeated = [url for url, count in _counts(pages).items() if count > 1]
    if repeated:
        message = f"two pages share an address: {repeated[:3]}"
        raise ValueError(message)
    Random("order").shuffle(pages)
    places = defaultdict(list)
    for place, page in enumerate(pages):
        if page.group:
            places[page.group].append(place)
    for group in places.values():
        leader = next(place for place in group if pages[place].leads)
        pages[group[0]], pages[leader] = pages[leader], pages[group[0]]
    return pages


def _counts(pages: list[Page]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for page in pages:
        counts[page.url] += 1
    return counts


def write(folder: Path) -> None:
    """Write both files into `folder`."""
    pages = all_pages()
    (folder / "crawl.warc.gz").write_bytes(b"".join(members(pages)))
    (folder / "expected.json").write_text(expectations(pages, KINDS), "ascii")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
