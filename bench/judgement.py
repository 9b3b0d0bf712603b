"""Is what the default recipe keeps good? Measured on labelled pages, by models that have not seen the page's source.

The value model is trained ten times, each time without a tenth of the sources, and every labelled page is scored by
the one that did not see its source. The recipe then runs over both labelled shards with those scores in place of the
shipped model's. Beside it: datatrove's FineWeb recipe, and the length of the text.

    python bench/judgement.py [--shared ../shared/data] [--study STUDY.pickle]
"""

import argparse
import io
import json
import pickle
import re
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.classifiers import quality
from curate.classifiers.training import labelled_sets as training_data
from curate.classifiers.training import value_report
from curate.classifiers.training.value_report import GOOD, WORTH
from curate.classifiers.training.webtext_report import table
from curate.engine.run import run
from curate.filters.verdict import Judgement
from curate.recipe import load_recipe
from curate.training.shipped import renderings
from curate.warc.reading import read_pages

SHARDS = ("dev", "dev2")
JUNK = 1
LIMITS = (0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9)
LOCAL = ("recipe", "news", "forum", "techdocs")


@dataclass(frozen=True, repr=False)
class Unseen:
    """The scores of labelled texts by models that did not see their source; other texts get the shipped model's."""

    path: str
    judgement = Judgement()

    def __repr__(self) -> str:
        return f"Unseen({self.path})"

    def __call__(self, texts):
        known = json.loads(Path(self.path).read_text())
        found = quality.score(texts)
        return np.array([known.get(text, score) for text, score in zip(texts, found, strict=True)], np.float32)


def read_rows(path: Path) -> list[dict]:
    with pa.input_stream(str(path), compression="zstd") as stream:
        return [json.loads(line) for line in io.TextIOWrapper(stream, encoding="utf-8")]


def fates(out: Path) -> dict[str, tuple[str, str, float]]:
    """Where each page of a run ended: by address, (stage, rule, score); kept ones have no stage."""
    found = {}
    for path in (out / "dropped").glob("*.parquet"):
        for row in pq.read_table(path, columns=["url", "stage", "rule", "value"]).to_pylist():
            found.setdefault(row["url"], (row["stage"], row["rule"], row["value"]))
    for path in (out / "data").glob("*.parquet"):
        for url in pq.read_table(path, columns=["url"]).column("url").to_pylist():
            found[url] = ("", "", 1.0)
    return found


def figures(kept: np.ndarray, values: np.ndarray) -> tuple:
    """Kept, precision, share 4 and 5, junk among them, share of the worthy kept, of the good kept."""
    taken = values[kept]
    return (
        int(kept.sum()), float((taken >= WORTH).mean()), float((taken >= GOOD).mean()), float((taken <= JUNK).mean()),
        float(kept[values >= WORTH].mean()), float(kept[values >= GOOD].mean()),
    )  # fmt: skip


HEAD = ["", "kept", "worth having", "4 and 5", "junk", "of the worthy", "of 4 and 5"]


def by_rule(rows: list[dict], ends: dict) -> str:
    """What each stage and rule dropped, and how much of it was worth having."""
    values = defaultdict(list)
    for row in rows:
        stage, rule, _ = ends.get(row["url"], ("not met", "", 0))
        if stage:
            values[stage, ""].append(row["value"])
            values[stage, rule].append(row["value"])
    shown = []
    for (stage, rule), found in sorted(values.items(), key=lambda item: (item[0][0], -len(item[1]))):
        of = np.array(found)
        worthy, junk = int((of >= WORTH).sum()), int((of <= JUNK).sum())
        shown.append((stage, rule or "(all)", len(of), worthy, int((of >= GOOD).sum()), junk,
                      worthy / max(junk, 1)))  # fmt: skip
    return table(["stage", "rule", "dropped", "worth having", "4 and 5", "junk", "worthy per junk"], shown)


def pre_lines(shared: Path) -> dict[str, int]:
    """Lines in <pre> of each page of the dev shard."""
    found = {}
    for page in read_pages(shared / "crawl" / "dev.warc.gz"):
        blocks = re.findall(rb"(?is)<pre[\s>].*?</pre>", page.html)
        found[page.url] = sum(block.count(b"\n") + 1 for block in blocks)
    return found


def datatrove_keeps(shared: Path) -> set[str]:
    """The dev pages that datatrove's FineWeb recipe keeps, by its verdicts on its own texts."""
    needed = ("gopher_repetition", "gopher_quality", "c4_noterm", "fineweb_quality")
    copies = set((shared / "reference" / "minhash_removed_dev.txt").read_text().split())
    return {
        row["url"]
        for row in read_rows(shared / "reference" / "reference_dev.jsonl.zst")
        if all(row["verdicts"][name]["kept"] for name in needed) and row["url"] not in copies
        and row["record_id"] not in copies
    }  # fmt: skip


def of_recipe(shared: Path, study: value_report.Study, name: str) -> dict[str, dict]:
    """The fates of all pages of each shard under a recipe, scored by models that did not see their source."""
    scores = {each.text: float(score) for each, score in zip(study.examples, study.scores, strict=True)}
    for rendering, texts in study.texts.items():
        scores |= dict(zip(texts, study.changed[rendering].tolist(), strict=True))
    ends = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.json"
        path.write_text(json.dumps(scores))
        recipe = load_recipe(name)
        stages = tuple(
            replace(stage, score=Unseen(str(path))) if stage.name == "quality" else stage for stage in recipe.stages
        )
        for shard in SHARDS:
            out = Path(folder) / shard
            run(replace(recipe, stages=stages), [str(shared / "crawl" / f"{shard}.warc.gz")], out)
            ends[shard] = fates(out)
    return ends


def print_recipe(shared: Path, rows: list[dict], study: value_report.Study, ends: dict[str, dict]) -> None:
    score = {each.key: float(score) for each, score in zip(study.examples, study.scores, strict=True)}
    shown, theirs = [], datatrove_keeps(shared)
    for shard in (*SHARDS, "both"):
        of = [row for row in rows if shard in (row["shard"], "both")]
        values = np.array([row["value"] for row in of])
        kept = np.array([ends[row["shard"]].get(row["url"], ("missing",))[0] == "" for row in of])
        shown.append((f"webtext, {shard}", *figures(kept, values)))
    dev = [row for row in rows if row["shard"] == "dev"]
    values = np.array([row["value"] for row in dev])
    shown.append(("datatrove FineWeb, dev", *figures(np.array([row["url"] in theirs for row in dev]), values)))
    print(f"\n{table(HEAD, shown)}\n\nThe model alone, over both shards:\n")
    values = np.array([row["value"] for row in rows])
    curve = [(f"score {limit}", *figures(np.array([score.get(row["url"], 0) >= limit for row in rows]), values))
             for limit in LIMITS]  # fmt: skip
    print(table(HEAD, curve))
    for shard in SHARDS:
        print(f"\n{shard}:\n\n{by_rule([row for row in rows if row['shard'] == shard], ends[shard])}")
    print_kinds(shared, rows, ends)


def print_kinds(shared: Path, rows: list[dict], ends: dict[str, dict]) -> None:
    lines = pre_lines(shared)
    code = [row for row in rows if row["shard"] == "dev" and lines.get(row["url"], 0) >= 10]
    good = [row for row in code if row["value"] >= WORTH]
    kept = sum(ends["dev"].get(row["url"], ("missing",))[0] == "" for row in good)
    print(f"\n{len(code)} labelled dev pages with ten <pre> lines or more, {len(good)} worth having, {kept} of them"
          f" kept ({kept / len(good):.2f})\n")  # fmt: skip
    counts, worthy = Counter(), Counter()
    for row in rows:
        if row["value"] >= WORTH:
            name = "recipe" if row["topic"] == "cooking" and row["format"] == "howto" else row["format"]
            worthy[name] += 1
            counts[name] += ends[row["shard"]].get(row["url"], ("missing",))[0] == ""
    overall = counts.total() / worthy.total()
    print(table(["format", "worth having", "share kept", "from the overall share"],
                [(name, worthy[name], counts[name] / worthy[name], counts[name] / worthy[name] - overall)
                 for name in sorted(worthy, key=lambda name: -worthy[name])]))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--recipe", default="webtext")
    parser.add_argument("--study", type=Path, help="scores of an earlier call are kept and read here")
    options = parser.parse_args()
    if options.study and options.study.exists():
        study = pickle.loads(options.study.read_bytes())
    else:
        study = value_report.study(training_data.value_examples(options.shared), renderings(options.shared))
        if options.study:
            options.study.write_bytes(pickle.dumps(study))
    print(value_report.numbers(study))
    rows = read_rows(options.shared / training_data.VALUES)
    print_recipe(options.shared, rows, study, of_recipe(options.shared, study, options.recipe))


if __name__ == "__main__":
    main()
