"""Our verdicts beside datatrove 0.10.1's on the dev pages: agreement, and a table of who said what, rule by rule.

Usage: `python bench/parity.py [SHARED_DATA]`, from the repository, with the measuring data in ../shared/data.
"""

import argparse
import hashlib
import io
import json
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa

from curate.filters import c4, fineweb, gopher
from curate.filters.text_view import TextView

RULE_SETS = {
    "gopher_quality": gopher.quality,
    "gopher_repetition": gopher.repetition,
    "c4_noterm": c4.quality.with_dialect("fineweb"),
    "c4_term": c4.quality,
    "fineweb_quality": fineweb.quality,
}


def read_rows(shared: Path) -> list[dict]:
    """The dev pages with their verdicts."""
    path = shared / "reference" / "reference_dev.jsonl.zst"
    with pa.input_stream(str(path), compression="zstd") as stream:
        return [json.loads(line) for line in io.TextIOWrapper(stream, encoding="utf-8")]


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode("utf-8", "surrogatepass")).hexdigest()


def main() -> None:
    """Judge every page and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared/data"))
    rows = read_rows(parser.parse_args().shared)
    reasons: dict[str, Counter] = {name: Counter() for name in RULE_SETS}
    texts, words = Counter(), 0
    started = time.process_time()
    for row in rows:
        view = TextView(row["text"])
        words += len(view.words) == row["n_words"]
        for name, rules in RULE_SETS.items():
            theirs = row["verdicts"][name]
            reasons[name][theirs["reason"] or "kept", rules(view).rule or "kept"] += 1
            if "text_after_sha1" in theirs and theirs["kept"]:
                left = c4.clean_lines(view, dialect=rules.dialect)
                texts[name, sha1(left) == theirs["text_after_sha1"]] += 1
    print(f"{len(rows)} texts, {time.process_time() - started:.1f} CPU s; the same number of words in {words}")
    for name, table in reasons.items():
        agreed = sum(n for (theirs, ours), n in table.items() if (theirs == "kept") == (ours == "kept"))
        print(f"\n{name}: {agreed} of {len(rows)} verdicts agree ({agreed / len(rows):.2%})")
        print("| texts | datatrove | here |\n|---|---|---|")
        for (theirs, ours), n in table.most_common():
            print(f"| {n} | {theirs} | {ours} |")
    for (name, same), n in sorted(texts.items()):
        print(f"\n{name}: {n} texts left by the line rules are {'the same' if same else 'NOT the same'}")


if __name__ == "__main__":
    main()
