"""Makes curate/contamination/common.npz: how rare words are on real pages, and which runs of words several sites have.

Usage: `python bench/common_words.py [SHARED_DATA]`, from the repository. Only hashes and counts are written. The pages
are those of crawl/dev.warc.gz, as a peer extracted them (reference/reference_dev.jsonl.zst); crawl/dev2.warc.gz is left
out, so that false alarms on it are measured on pages the table has not seen.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from curate.contamination import kernels
from curate.contamination.build import seeds_low
from curate.contamination.words import words

OUT = Path(__file__).parent.parent / "curate" / "contamination" / "common.npz"
MIN_WORD_SITES, MIN_RUN_SITES, MAX_WORDS = 3, 4, 40_000


def rows(path: Path):
    """The objects of a compressed JSON Lines file."""
    text = subprocess.run(["zstd", "-dcq", str(path)], check=True, capture_output=True).stdout.decode()
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def counted(per_site: dict[str, list[np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Every value, and on how many sites it is."""
    return np.unique(np.concatenate([np.unique(np.concatenate(own)) for own in per_site.values()]), return_counts=True)


def main() -> None:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    site_words, site_runs = defaultdict(list), defaultdict(list)
    for row in rows(shared / "reference" / "reference_dev.jsonl.zst"):
        found = words(row["text"])
        site = urlsplit(row["url"]).netloc
        site_words[site].append(found)
        site_runs[site].append(seeds_low(kernels.seed_hashes(found)))
    known, sites = counted(site_words)
    values, counts = np.unique(np.concatenate([each for own in site_words.values() for each in own]),
                               return_counts=True)  # fmt: skip
    keep = sites >= MIN_WORD_SITES
    least = np.sort(counts[keep])[-min(MAX_WORDS, keep.sum())]
    keep &= counts >= least
    bits = -np.log2(counts[keep] / counts.sum())
    runs, run_sites = counted(site_runs)
    runs = runs[run_sites >= MIN_RUN_SITES]
    np.savez_compressed(OUT, words=values[keep], bits=np.clip(np.round(bits * 8), 0, 255).astype(np.uint8), runs=runs)
    print(f"{counts.sum():,} words of {len(site_words):,} sites; {keep.sum():,} words and {len(runs):,} runs kept; "
          f"{OUT.stat().st_size:,} bytes")  # fmt: skip
    assert (known == values).all()


if __name__ == "__main__":
    main()
