"""Finished runs made on the spot: texts and columns, with the manifest a run leaves."""

import random
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.files import describe_file
from curate.output.checksums import leave_manifest

WORDS = (
    "tide noon boats mud dawn lift river stone weather harbour keeper lantern signal copper engine valley orchard "
    "letter silver winter garden market bridge canal thread needle paper glass water bread salt morning evening "
    "because although therefore nevertheless approximately administrative jurisdiction the a of and to in it was"
).split()


def finished_run(folder: Path, parts: Sequence[Mapping[str, Sequence[Any]]], row_group: int = 1000) -> Path:
    """A folder as `curate run` leaves it: a part for each table of columns, and the manifest."""
    (folder / "data").mkdir(parents=True)
    outputs = []
    for number, columns in enumerate(parts):
        path = folder / f"data/part-{number:05d}.parquet"
        table = pa.table({**columns, "text": pa.array(columns["text"], pa.large_string())})
        pq.write_table(table, path, row_group_size=row_group)
        outputs.append({**describe_file(path, table.num_rows), "file": f"data/{path.name}"})
    digest = sha256("".join(item["sha256"] for item in outputs).encode()).hexdigest()
    leave_manifest(folder, {"recipe": {}, "versions": {}, "inputs": [], "outputs": outputs, "digest": digest})
    return folder


def columns(count: int, seed: int, **more: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """Made-up documents of 20 to 200 words, with a quality, copies, a site, a licence and an opt-out."""
    chance = random.Random(seed)
    sizes = [chance.randint(20, 200) for _ in range(count)]
    return {
        "id": [f"{seed:04x}-{number:06x}" for number in range(count)],
        "url": [f"https://site{chance.randrange(9)}.org/{number}" for number in range(count)],
        "text": [f"{' '.join(chance.choices(WORDS, k=size)).capitalize()}." for size in sizes],
        "licence": [chance.choice(["", "", "cc-by-4.0"]) for _ in range(count)],
        "opt_outs": [chance.choice(["", "", "", "noai"]) for _ in range(count)],
        "quality": [round(chance.random(), 4) for _ in range(count)],
        "copies": [chance.choice([0, 0, 0, 1, 3, 20]) for _ in range(count)],
        **more,
    }
