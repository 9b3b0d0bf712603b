"""`curate audit` against the truth: the dev shard under the default recipe, whose English pages are all labelled.

Of 200 draws of each size, the share of intervals that hold the exact figure, and how wide they are. Pages that another
language dropped, and the few with text but no label, are left out of the frame. Before that, time and memory of
drawing from a run of ROWS made-up pages.

    python bench/audit.py [ROWS]
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.audit.estimate import CLASS_OF, CLASSES, GOOD, JUNK, WORTHY_CLASSES, Part, estimate
from curate.audit.labels import read_labels
from curate.audit.score import score
from curate.audit.strata import KEPT, OTHERS, draw, ends_of
from curate.cluster import Workers
from curate.documents import document_id
from curate.engine.run import run
from curate.recipe import load_recipe

SHARED = Path(__file__).parents[2] / "shared" / "data"
DEV, LABELS = SHARED / "crawl" / "dev.warc.gz", SHARED / "labelled" / "page_value.jsonl.zst"
PART = 100_000  # rows: what a part of a run holds of texts of this length
SIZES, DRAWS = (100, 200, 300, 600), 200
# Peak memory from /proc: what `resource` says begins with the parent's.
CHILD = """
import re, sys, time
from pathlib import Path
from curate.cli import main
main(["audit", "sample", sys.argv[1], "--n", "300"])
print(time.process_time(), int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def classes(out: Path) -> dict[str, int]:
    """The class of every labelled page by id."""
    values = read_labels([LABELS])[0].values
    tables = [
        pq.read_table(path, columns=["id", "url"])
        for kind in ("data", "dropped")
        for path in (out / kind).glob("*.parquet")
    ]
    rows = [row for table in tables for row in table.to_pylist()]
    return {row["id"]: CLASS_OF[values[row["url"]]] for row in rows if row["url"] in values}


def figures(strata, pages, counts):
    """Every figure that is checked, by kind and name."""
    kept = np.array([stage == KEPT for stage, _ in strata])
    found = estimate(pages, counts, kept.tolist())
    every = np.ones(len(strata), bool)
    yield ("of kept", "worth having"), found.ratio(Part(kept, WORTHY_CLASSES), Part(kept, CLASSES))
    yield ("of kept", "value 4 or 5"), found.ratio(Part(kept, [GOOD]), Part(kept, CLASSES))
    yield ("of kept", "junk"), found.ratio(Part(kept, [JUNK]), Part(kept, CLASSES))
    yield ("kept of", "worth having"), found.ratio(Part(kept, WORTHY_CLASSES), Part(every, WORTHY_CLASSES))
    yield ("kept of", "value 4 or 5"), found.ratio(Part(kept, [GOOD]), Part(every, [GOOD]))
    groups = {("stages", stage): [s == stage for s, _ in strata] for stage, _ in strata if stage != KEPT}
    groups |= {("rules", each): [each == other for other in strata] for each in strata if each[0] != KEPT}
    for (kind, name), mask in groups.items():
        worthy, junk, whole = (Part(np.array(mask), of) for of in (WORTHY_CLASSES, [JUNK], CLASSES))
        yield (f"worthy share, {kind}", name), found.ratio(worthy, whole)
        yield (f"worthy per junk, {kind}", name), found.ratio(worthy, junk)


def exact(strata, ends, labels):
    """The same figures from every label, for the strata of a draw."""
    counts = np.zeros((len(strata), len(CLASSES)), int)
    places = {name: i for i, name in enumerate(strata)}
    for end in ends:
        cell = (end.stage, end.rule)
        counts[places[cell if cell in places else (end.stage, OTHERS)], labels[end.id]] += 1
    return dict(figures(strata, counts.sum(1), counts))


def holds(figure, truth) -> bool | None:
    """Whether an interval holds the truth; None where there is nothing to say."""
    if truth.labels and truth.value is None and truth.low is None:
        return None
    low, high, value = (np.inf if n is None else n for n in (figure.low, figure.high, truth.value))
    return None if figure.low is None and figure.value is None else bool(low - 1e-9 <= value <= high + 1e-9)


def coverage(out: Path, n: int, stages, labels) -> None:
    ends = [end for end in ends_of(out) if end.id in labels]
    held, widths, values, truths = (defaultdict(list) for _ in range(4))
    for seed in range(DRAWS):
        drawn = draw(iter(ends), stages, n, seed)
        strata = [(each.stage, each.rule) for each in drawn]
        counts = np.array([np.bincount([labels[i] for i in each.ids], minlength=len(CLASSES)) for each in drawn])
        if not seed:
            truth = exact(strata, ends, labels)
        for name, figure in figures(strata, [each.pages for each in drawn], counts):
            found = holds(figure, truth[name])
            key = name if name[0] in ("of kept", "kept of") else (name[0], "")
            if found is not None:
                held[key].append(found)
                truths[key].append(truth[name].value)
                values[key].append(figure.value)
                widths[key].append(np.nan if figure.high is None else figure.high - figure.low)
    for key in held:
        one = not key[0].startswith("worthy")
        said = f"exact {truths[key][0]:.3f}  mean estimate {np.mean(values[key]):.3f}  " if one else ""
        width, share = np.nanmedian(widths[key]), np.mean(held[key])
        print(f"n={n}  {' '.join(key):32} {said}median width {width:.3f}  holds {share:.3f} of {len(held[key])}")


def large(folder: Path, rows: int) -> None:
    """Draw from made-up pages of 2,500 characters."""
    random = np.random.default_rng(0)
    (folder / "data").mkdir(parents=True)
    (folder / "dropped").mkdir()
    text = " ".join(random.choice(["stone", "river", "light", "of", "the", "and"], 500_000))
    rules = [f"rule_{i}" for i in range(30)]
    for kind, count in (("data", rows // 10), ("dropped", rows - rows // 10)):
        for part, start in enumerate(range(0, count, PART)):
            size = min(PART, count - start)
            columns = {
                "id": [document_id(kind, start + i) for i in range(size)],
                "text": [text[at : at + 2500] for at in random.integers(0, len(text) - 2500, size)],
            }
            if kind == "dropped":
                drawn = random.choice(rules, size).tolist()
                columns |= {"stage": ["rules"] * size, "rule": drawn, "duplicate_of": [None] * size}
            path = folder / kind / f"part-{part:05d}.parquet"
            pq.write_table(pa.table(columns), path, row_group_size=1000, compression="zstd")
    (folder / "report.json").write_text(json.dumps({"stages": [{"name": "rules"}]}))
    (folder / "manifest.json").write_text(json.dumps({"digest": "made-up"}))
    done = subprocess.run([sys.executable, "-c", CHILD, str(folder)], check=True, capture_output=True, text=True)
    seconds, peak = done.stdout.split()[-2:]
    print(f"300 of {rows:,} pages drawn in {float(seconds):.1f} s of CPU, start of Python and all; peak {peak} MB")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        large(Path(name) / "large", int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
        out = Path(name) / "out"
        if DEV.is_file():
            report = run(load_recipe("webtext"), [str(DEV)], out, workers=Workers(1))
            whole = score(out, [LABELS], whole=True)
            print({name: figure["value"] for name, figure in whole["figures"].items()})
            stages, labels = [stage["name"] for stage in report["stages"]], classes(out)
            for n in SIZES:
                coverage(out, n, stages, labels)


main()
