"""Rules and near-duplicates on the same texts, ours and Data-Juicer's: CPU of the whole process trees, in one run.

    python bench/data_juicer.py OUT --data-juicer PYTHON [--rounds 2]

OUT is a finished run whose texts, kept and dropped, are what both get, as JSON lines. PYTHON is an interpreter with
py-data-juicer 1.6 (and aiohttp, which it does not ask for). Data-Juicer has no rule sets of the papers and reads no
archives. It gets the filters of its refining recipes that need no download: shares of letters, digits and special
characters, lengths of lines and texts, repetition of characters and words, and MinHash. Ours are the rule sets of
Gopher, C4 and FineWeb, which measure all of that and more, and MinHash at Data-Juicer's threshold. So this compares
what a text costs, not what is kept. Each is run on all texts and on every fourth.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
from pipeline import PART, ROOT, margin, measured

FILTERS = (
    "alphanumeric_filter", "average_line_length_filter", "character_repetition_filter", "maximum_line_length_filter",
    "special_characters_filter", "text_length_filter", "words_num_filter", "word_repetition_filter",
    "document_minhash_deduplicator",
)  # fmt: skip
RECIPE = """
from curate.filters import c4, fineweb, gopher
from curate.recipe import Recipe
from curate.stages import NearDuplicates, Read, Rules

recipe = Recipe("rules", (
    Read(), Rules(gopher.repetition), Rules(gopher.quality), Rules(c4.quality), Rules(fineweb.quality),
    NearDuplicates(threshold=0.7),
))
"""


def texts_of(out: Path) -> Iterator[dict[str, str]]:
    """Address and text of every page of a run that has a text."""
    for folder in ("data", "dropped"):
        for path in sorted((out / folder).rglob("*.parquet")):
            for row in pq.read_table(path, columns=["url", "text"]).to_pylist():
                if row["text"]:
                    yield row


def configured(folder: Path, texts: Path, out: Path) -> Path:
    """Data-Juicer's settings for one process over some texts."""
    path = folder / "config.yaml"
    lines = [f"dataset_path: {texts}", f"export_path: {out}/out.jsonl", "np: 1", "use_cache: false", "process:"]
    path.write_text("\n".join(["project_name: bench", *lines, *(f"  - {name}:" for name in FILTERS)]) + "\n")
    return path


def main() -> None:
    """Print CPU seconds, milliseconds a text and of one text more, and what was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data-juicer", type=Path, required=True, help="an interpreter that has it")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as scratch:
            folder, rows = Path(scratch), list(texts_of(options.out))
            (folder / "rules.py").write_text(RECIPE)
            runs: dict[str, list[dict[str, float]]] = {"curate": [], "Data-Juicer": []}
            kept, sizes = [], []
            for place, some in enumerate((rows, rows[::PART])):
                texts, ours, theirs = (folder / f"{place}{name}" for name in (".jsonl", "-ours", "-theirs"))
                texts.write_text("".join(json.dumps(row) + "\n" for row in some))
                sizes.append(len(some))
                command = [sys.executable, "-m", "curate.cli", "run", str(texts), "--out", str(ours), "--workers", "1"]
                runs["curate"].append(measured([*command, "--recipe", str(folder / "rules.py")], cwd=ROOT, **quiet))
                config = str(configured(folder, texts, theirs))
                command = [str(options.data_juicer), "-m", "data_juicer.tools.process_data", "--config", config]
                runs["Data-Juicer"].append(measured(command, cwd=folder, **quiet))
                kept.append((json.loads((ours / "report.json").read_text())["totals"]["docs_out"], lines_in(theirs)))
        for name, kept_of, (whole, part) in zip(runs, kept[0], runs.values(), strict=True):
            more = margin([whole, part], sizes, "cpu")
            each = 1000 * whole["cpu"] / sizes[0]
            print(
                f"{name:<12} {sizes[0]} texts, CPU s {whole['cpu']:.1f}, ms a text {each:.2f}, one more {more:.2f}, "
                f"peak MB {whole['peak_mb']:.0f}, kept {kept_of}"
            )


def lines_in(folder: Path) -> int:
    """How many texts Data-Juicer wrote."""
    return sum(1 for path in folder.rglob("out.jsonl") for _ in path.open())


if __name__ == "__main__":
    main()
