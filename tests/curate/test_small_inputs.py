"""Small inputs share a task: what is written does not depend on it, and an input that goes wrong is alone in that."""

import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.cluster import Workers
from curate.documents import Documents
from curate.engine.run import run
from curate.errors import IncompleteRunError, NotAnArchiveError
from curate.finished.verify import verify
from curate.inputs.input_file import Input, Split
from curate.inputs.tasks import Task, grouped, known
from curate.protocol import Outcome
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, NearDuplicates, Read
from filters.verdict import KEPT, Judgement
from tests.curate.archives import archive, page

HERE = Workers(1)
TOGETHER = Recipe("small", (Read(), ExactDuplicates(), NearDuplicates(threshold=0.8)), split_bytes=1 << 20)
APART = replace(TOGETHER, split_bytes=8)  # no input is an eighth of it


def text(rng: random.Random) -> str:
    return " ".join(f"word{rng.randrange(300)}" for _ in range(60))


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """Thirty inputs of one to four pages in five formats; pages repeat across them; one is no archive."""
    folder, rng = tmp_path / "in", random.Random(3)
    folder.mkdir()
    texts = [text(rng) for _ in range(40)]
    for number in range(30):
        mine = [rng.choice(texts) for _ in range(rng.randrange(1, 5))]
        rows = [{"url": f"https://s{number}.example/{i}", "text": each} for i, each in enumerate(mine)]
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        name = folder / f"in-{rng.randrange(100):02}-{number:02}"
        match number % 5:
            case 0:
                name.with_suffix(".jsonl").write_bytes(lines)
            case 1:
                name.with_suffix(".jsonl.gz").write_bytes(gzip.compress(lines, mtime=0))
            case 2:
                pq.write_table(pa.Table.from_pylist(rows), name.with_suffix(".parquet"), row_group_size=2)
            case 3:
                pages = [page(row["url"], f"<p>{row['text']}</p>".encode()) for row in rows]
                name.with_suffix(".warc.gz").write_bytes(archive(*pages, packed=True)[:-9])  # the last one is cut
            case 4:
                name.with_suffix(".warc").write_bytes(archive(*(page(r["url"], r["text"].encode()) for r in rows)))
    (folder / "in-50-none.warc.gz").write_bytes(b"<html>404</html>")
    return folder
