"""What changes when the published recipes get our extractor: cost, and which pages are kept.

    python bench/fast_recipes.py [--warc WARC] [--recipe fineweb ...]

Recipes with one extractor share OUT, so that each extractor reads the pages once; their CPU time is that of the stages,
in the report. A verdict is the same where both keep a page or both drop it, whatever the rule.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
RECIPES = ("fineweb", "c4", "massivetext", "refinedweb")


def kept(recipe: str, warc: Path, out: Path) -> tuple[dict[str, int], dict[str, float], int]:
    """Run a recipe; the characters of each page that it keeps, CPU seconds by stage, and the pages read."""
    command = [sys.executable, "-m", "curate.cli", "run", str(warc), "--out", str(out), "--recipe", recipe]
    subprocess.run([*command, "--workers", "1", "--quiet"], cwd=ROOT, check=True)
    report = json.loads((out / "report.json").read_text())
    rows = pq.read_table(out / "data", columns=["id", "text"]).to_pylist()
    seconds = {stage["name"]: stage["seconds"] for stage in report["stages"]}
    return {row["id"]: len(row["text"]) for row in rows}, seconds, report["totals"]["records_in"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--warc", type=Path, default=ROOT.parent / "shared/data/crawl/dev.warc.gz")
    parser.add_argument("--recipe", nargs="+", default=list(RECIPES))
    options = parser.parse_args()
    if not options.warc.exists():
        print(f"skipped: {options.warc} is not there")
        return
    scratch = ROOT / "out" / "bench-fast"
    shutil.rmtree(scratch, ignore_errors=True)
    print(f"{'':<14}{'ms a page':>20}{'pages kept':>20}{'both':>7}{'same verdict':>14}{'characters kept':>26}")
    for name in options.recipe:
        theirs, slow, pages = kept(name, options.warc, scratch / "published")
        ours, fast, _ = kept(f"{name}:fast", options.warc, scratch / "fast")
        both = len(theirs.keys() & ours.keys())
        same = 1 - len(theirs.keys() ^ ours.keys()) / pages
        cost = (1000 * sum(each.values()) / pages for each in (slow, fast))
        print(
            f"{name:<14}{'{:.2f} -> {:.2f}'.format(*cost):>20}{f'{len(theirs)} -> {len(ours)}':>20}{both:>7}"
            f"{same:>14.1%}{f'{sum(theirs.values()):,} -> {sum(ours.values()):,}':>26}",
            flush=True,
        )
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
