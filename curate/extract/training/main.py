"""Train the extractor: `python -m curate.extract.training.main --shared ../shared/data --out curate/extract`.

Labelled sets are read from `SHARED/gold`, unlabelled pages from the archives in `SHARED/crawl` and from every
`--archive`, a WARC of your own; `SHARED/labelled/leftovers.jsonl.zst` marks lines of some of them, and
`read_pages.jsonl.zst` beside this file says what readers called the blocks of some more. Needs LightGBM and
trafilatura. The same inputs give the same weights.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from curate.errors import UsageError
from curate.extract.training.examples import (
    SETS,
    Labelled,
    Teacher,
    distinct,
    example,
    read_archive,
    read_set,
    with_lines,
    with_marks,
    without_repeats,
)
from curate.extract.training.forests import Example, fit

CRAWLS = ("dev.warc.gz", "dev2.warc.gz")


def gather(shared: Path, archives: Sequence[Path] = ()) -> list[Labelled]:
    """All pages to train with, labelled ones first and each once."""
    archives = [*(shared / "crawl" / name for name in CRAWLS), *archives]
    marked = shared / "labelled" / "leftovers.jsonl.zst"
    sets = {name: shared / "gold" / f"{name}.jsonl.zst" for name in SETS}
    missing = [str(path) for path in (*sets.values(), *archives, marked) if not path.exists()]
    if missing:
        raise UsageError(f"nothing to train with at {', '.join(missing)}")
    pages = [page for name, path in sets.items() for page in read_set(path, SETS[name])]
    crawled = (page for path in archives for page in read_archive(path))
    return list(with_marks(with_lines(distinct([*pages, *crawled]), marked)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write the weights; prints what was used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder with gold/ and crawl/")
    parser.add_argument("--archive", type=Path, action="append", default=[], help="a WARC of your own; may be repeated")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights.npz and weights.json")
    parser.add_argument("--cache", type=Path, default=Path("teacher-cache"), help="where the teacher's output is kept")
    options = parser.parse_args(arguments)
    started = time.process_time()
    try:
        pages = gather(options.shared, options.archive)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    teacher = Teacher(options.cache)
    counts = Counter(page.source for page in pages)
    examples = without_repeats([made for page in pages if (made := example(page, teacher)) is not None])
    arrays, _ = fit(examples)
    card = write(arrays, options.out, counts, examples)
    print(json.dumps(card | {"cpu_seconds": round(time.process_time() - started)}, indent=1))
    return 0


def write(arrays: dict[str, Any], out: Path, counts: Counter[str], examples: Sequence[Example]) -> dict[str, Any]:
    """Write the weights and the note that goes with them: digest and what they were fitted on."""
    file = BytesIO()
    np.savez_compressed(file, **arrays)
    card = {
        "sha256": hashlib.sha256(file.getvalue()).hexdigest(),
        "pages": dict(sorted(counts.items())),
        "sites": len({made.site for made in examples}),
        "blocks": sum(len(made.targets) for made in examples),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "weights.npz").write_bytes(file.getvalue())
    (out / "weights.json").write_text(json.dumps(card, indent=1) + "\n")
    return card


if __name__ == "__main__":
    sys.exit(main())
