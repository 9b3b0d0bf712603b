"""A finished run's papers read by the programs they are for: `datasets` opens the folder, `mlcroissant` the metadata.

Usage: `python bench/papers.py OUT --environment DIR`, where DIR is a virtual environment with `datasets` and
`mlcroissant`. Prints the documents that each of them gives, and whether ids and texts are those of `data/`.
"""

import argparse
import json
import os
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq

READ = """
import json, sys
from hashlib import sha256
import mlcroissant
from datasets import load_dataset

def told(rows):
    found, count = sha256(), 0
    for id_, text in rows:
        found.update(f"{id_}{chr(0)}{text}{chr(0)}".encode())
        count += 1
    return [count, found.hexdigest()]

out = sys.argv[1]
rows = load_dataset(out, split="train")
described = mlcroissant.Dataset(jsonld=f"{out}/croissant.json")
records = ((each["documents/id"].decode(), each["documents/text"].decode()) for each in described.records("documents"))
issues = described.metadata.issues
print(json.dumps({"datasets": told((row["id"], row["text"]) for row in rows), "mlcroissant": told(records),
                  "errors": sorted(map(str, issues.errors)), "warnings": sorted(map(str, issues.warnings))}))
"""


def main() -> None:
    """Read, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--environment", type=Path, required=True)
    options = parser.parse_args()
    wanted, count = sha256(), 0
    for path in sorted((options.out / "data").glob("part-*.parquet")):
        for row in pq.read_table(path, columns=["id", "text"]).to_pylist():
            wanted.update(f"{row['id']}\0{row['text']}\0".encode())
            count += 1
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [options.environment / "bin" / "python", "-c", READ, options.out.absolute()],
            capture_output=True, text=True, check=False, env=os.environ | {"HF_HOME": home, "HF_HUB_OFFLINE": "1"},
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found = json.loads(done.stdout.strip().split("\n")[-1])
    good = not found["errors"]
    for name in ("datasets", "mlcroissant"):
        same = found[name] == [count, wanted.hexdigest()]
        good &= same
        print(f"{name:12} {found[name][0]:,} documents, {'the same' if same else 'NOT THOSE OF data/'}")
    print(f"Croissant: {len(found['errors'])} errors; recommended and not there: {len(found['warnings'])}")
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
