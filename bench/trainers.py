"""Mixtures read back by the trainers' own readers: the same documents in the same order, the shares of the plan.

Usage: `python bench/trainers.py RUN --environments DIR [--tokens 400k] [--work DIR] [FORMAT ...]`. RUN is a finished
run, such as one of the dev shard; its survivors are cut by site into three sources. DIR/FORMAT is a virtual
environment made with

    python -m venv DIR/FORMAT && DIR/FORMAT/bin/python -m pip install PACKAGES

where PACKAGES are those in `PACKAGES` below (`torch==2.13.0` first where it is named). A format without an environment
is skipped and named. What has to come back is made from the JSON Lines of the same mixture and the `tokenizers`
library.
"""

import argparse
import json
import os
import subprocess
import tempfile
from collections import Counter
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tokenizers import Tokenizer

from curate.cluster import Workers
from curate.files import sha256_of, write_json
from curate.filters.address import canonical_host, registered_domain
from curate.mixture.laying import Wish
from curate.mixture.mix import mix

PACKAGES = {
    "megatron": ("torch==2.13.0", "megatron-core"),
    "nanotron": ("torch==2.13.0", "datatrove", "humanize"),
    "olmo": ("torch==2.13.0", "ai2-olmo-core"),
    "mds": ("mosaicml-streaming",),
    "levanter": ("torch==2.13.0", "--pre", "marin-levanter"),
    "huggingface": ("datasets",),
}
SOURCES = 3


def three_sources(run: Path, work: Path) -> list[Path]:
    """A run's survivors as three folders that look like finished runs, cut by site."""
    table = pa.concat_tables([pq.read_table(path) for path in sorted((run / "data").glob("*.parquet"))])
    sites = [registered_domain(canonical_host(url)) for url in table["url"].to_pylist()]
    group = np.array([crc32(site.encode()) % SOURCES for site in sites])
    manifest = json.loads((run / "manifest.json").read_text())
    outs = []
    for number in range(SOURCES):
        out = work / f"source{number}"
        (out / "data").mkdir(parents=True, exist_ok=True)
        path = out / "data" / "part-00000.parquet"
        rows = table.filter(pa.array(group == number))
        pq.write_table(rows, path)
        item = {"file": "data/part-00000.parquet", "rows": rows.num_rows, "bytes": path.stat().st_size}
        item["sha256"] = sha256_of(path)
        write_json(out / "manifest.json", {**manifest, "outputs": [item], "digest": item["sha256"]})
        outs.append(out)
    return outs


def expected(folder: Path, tokenizer: Tokenizer, end: int, *, tokens: bool) -> dict[str, dict]:
    """Digests and shares by phase and bucket, and over all of a phase, from JSON Lines and the `tokenizers` library."""
    found: dict[str, dict] = {}
    for path in sorted(folder.glob("*.jsonl")):
        digests: dict[str, object] = {}
        sizes: Counter[str] = Counter()
        documents: Counter[str] = Counter()
        for line in path.read_text("utf-8").split("\n")[:-1]:
            row = json.loads(line)
            ids = tokenizer.encode(row["text"], add_special_tokens=False).ids
            data = np.array([*ids, end], "<u4").tobytes() if tokens else row["text"].encode()
            for bucket in (row["bucket"], "all"):
                digests.setdefault(bucket, sha256()).update(sha256(data).digest())
                documents[bucket] += 1
                sizes[bucket] += len(ids)
        found[path.stem] = {
            name: {"sha256": each.hexdigest(), "documents": documents[name], "share": sizes[name] / sizes["all"]}
            for name, each in digests.items()
        }
    return found


def delivered(environment: Path, name: str, folder: Path) -> dict[str, dict]:
    """What the trainer's reader gives, run in its own environment."""
    script = Path(__file__).with_name("trainer_readers.py")
    settings = {"HF_HUB_OFFLINE": "1", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "", "WANDB_MODE": "disabled"}
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [environment / "bin" / "python", script, name, folder], capture_output=True, text=True, check=False,
            env=os.environ | settings | {"HF_HOME": home},
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{name}: the reader failed\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().split("\n")[-1])


def report(name: str, wanted: dict[str, dict], got: dict[str, dict], planned: dict[str, dict[str, float]]) -> bool:
    """A line for each phase: documents that came back as they should, and the farthest of any share from the plan."""
    good = list(got) == list(wanted)
    for phase, buckets in got.items():
        same = all(
            (each["sha256"], each["documents"]) == (wanted[phase][bucket]["sha256"], wanted[phase][bucket]["documents"])
            for bucket, each in buckets.items()
        )
        whole = sum(each["documents"] for each in buckets.values()) == wanted[phase]["all"]["documents"]
        mixed = {b: each["share"] for b, each in buckets.items() if "share" in each}
        off = max((abs(share - wanted[phase][b]["share"]) for b, share in mixed.items()), default=0.0)
        plan = max((abs(share - planned[phase].get(b, 1.0)) for b, share in mixed.items()), default=0.0)
        shares = (
            f"shares within {off:.4f} of those laid out, {plan:.4f} of the plan" if mixed else "mixes nothing itself"
        )
        count = sum(each["documents"] for each in buckets.values())
        print(f"{name:12} {phase:10} {count:6,} documents {'the same' if same and whole else 'DIFFER'}; {shares}")
        good &= same and whole and off <= 0.01
    return good


def main() -> None:
    """Mix, read back, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("formats", nargs="*", default=list(PACKAGES))
    parser.add_argument("--environments", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True, help="a tokenizer.json: curate tokenizer train")
    parser.add_argument("--tokens", type=int, default=400_000)
    parser.add_argument("--plan", default="curriculum")
    parser.add_argument("--work", type=Path, default=Path("out/trainers"))
    options = parser.parse_args()
    from curate.mixture.plan import load_plan
    from curate.mixture.vocabulary import read_tokenizer

    plan, loaded = load_plan(options.plan), read_tokenizer(options.tokenizer)
    outs = three_sources(options.run, options.work)
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    found = {}
    for name in ("jsonl", *options.formats):
        wish = Wish(plan, options.tokens, loaded, name)
        found[name] = mix(outs, options.work / name, wish, workers=Workers(1), work=options.work / "work")
    lines, end = options.work / "jsonl" / "data", loaded.vocabulary.end_of_document
    by_tokens, by_text = (expected(lines, tokenizer, end, tokens=tokens) for tokens in (True, False))
    planned = {
        phase: {b["bucket"]: b["planned"] for b in each["buckets"]}
        for phase, each in zip(by_tokens, found["jsonl"]["phases"], strict=True)
    }
    good = True
    for name in options.formats:
        environment = options.environments / name
        if not (environment / "bin" / "python").exists():
            print(f"{name:12} skipped: no environment with {', '.join(PACKAGES[name])}")
            continue
        got = delivered(environment, name, options.work / name / "data")
        good &= report(name, by_text if name == "huggingface" else by_tokens, got, planned)
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
