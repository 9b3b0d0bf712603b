"""Barriers over all splits: every document's key at once, and per split the rows that match an earlier document."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.dedup import Matches
from curate.stages import Barrier
from curate.work import describe_file, parquet_writer, read_marker, whole_file, write_json


def resolve(barriers: Sequence[Barrier], keys_folder: Path, identities: Sequence[str], folder: Path) -> bool:
    """Match documents over all splits, barrier after barrier; says whether it had been done before.

    Leaves `<split>.matches.parquet` (row, stage, similarity, duplicate_of, duplicate_of_url) for each split that has
    any, and the marker `matches.json` last. Representatives are the earliest by date, then by id.
    """
    marker = folder / "matches.json"
    if read_marker(marker) is not None:
        return True
    folder.mkdir(parents=True, exist_ok=True)
    keys, starts = _all_keys(keys_folder, identities)
    ranks = _ranks(keys)
    texts = _Texts(keys_folder, identities, starts)
    alive = np.arange(len(ranks))
    matched: list[pa.Table] = []
    stages: dict[str, dict[str, Any]] = {}
    for barrier in barriers:
        started = process_time()
        if not len(alive):
            break
        found = barrier.resolve(
            keys[barrier.name].take(pa.array(alive)).combine_chunks(), ranks[alive], texts.at(alive)
        )
        matched.append(_rows(barrier, keys, alive, found))
        alive = alive[found.representative == np.arange(len(alive))]
        stages[barrier.name] = {"seconds": round(process_time() - started, 6), "counts": dict(found.counts)}
    files = _write(pa.concat_tables(matched), starts, identities, folder) if matched else {}
    write_json(marker, {"stages": stages, "files": files})
    return False


def _all_keys(folder: Path, identities: Sequence[str]) -> tuple[pa.Table, np.ndarray]:
    """The keys of all splits in order, and the index of each split's first document (one more at the end)."""
    tables = [
        pq.read_table(path) for path in (folder / f"{name}.keys.parquet" for name in identities) if path.is_file()
    ]
    markers = [read_marker(folder / f"{name}.json") or {} for name in identities]
    rows = [marker.get("files", {}).get("keys", {}).get("rows", 0) for marker in markers]
    empty = pa.table({"id": pa.array([], pa.string())})
    return (pa.concat_tables(tables) if tables else empty), np.concatenate([[0], np.cumsum(rows, dtype=np.int64)])


def _ranks(keys: pa.Table) -> np.ndarray:
    """Each document's place when sorted by date, unknown dates last, then id: int64, the same in any input order."""
    if not keys.num_rows:
        return np.zeros(0, np.int64)
    dates = pa.compute.if_else(pa.compute.equal(keys["date"], ""), "~", keys["date"])
    order = pa.compute.sort_indices(
        pa.table({"date": dates, "id": keys["id"]}), sort_keys=[("date", "ascending"), ("id", "ascending")]
    )
    ranks = np.empty(keys.num_rows, np.int64)
    ranks[np.asarray(order)] = np.arange(keys.num_rows)
    return ranks


def _rows(barrier: Barrier, keys: pa.Table, alive: np.ndarray, found: Matches) -> pa.Table:
    gone = np.flatnonzero(found.representative != np.arange(len(alive)))
    kept = pa.array(alive[found.representative[gone]])
    return pa.table(
        {
            "document": alive[gone],
            "stage": pa.array([barrier.name] * len(gone), pa.string()),
            "similarity": found.similarity[gone],
            "duplicate_of": keys["id"].take(kept).combine_chunks(),
            "duplicate_of_url": keys["url"].take(kept).combine_chunks(),
        }
    )


def _write(matched: pa.Table, starts: np.ndarray, identities: Sequence[str], folder: Path) -> dict[str, Any]:
    matched = matched.sort_by("document").combine_chunks()
    documents = np.asarray(matched["document"])
    bounds = np.searchsorted(documents, starts)
    files = {}
    for split, name in enumerate(identities):
        rows = matched.slice(bounds[split], bounds[split + 1] - bounds[split])
        path = folder / f"{name}.matches.parquet"
        path.unlink(missing_ok=True)
        if rows.num_rows:
            row = pa.array(np.asarray(rows["document"]) - starts[split])
            rows = rows.set_column(0, "row", row)
            with whole_file(path) as temporary, parquet_writer(temporary, rows.schema) as writer:
                writer.write_table(rows)
            files[name] = describe_file(path, rows.num_rows)
    return files


class _Texts:
    """Texts of documents by index over all splits, read from the splits' files, a row group at a time."""

    def __init__(self, folder: Path, identities: Sequence[str], starts: np.ndarray) -> None:
        self._paths = [folder / f"{name}.documents.parquet" for name in identities]
        self._starts = starts
        self._group_starts = cache(self._read_group_starts)

    def at(self, alive: np.ndarray) -> Callable[[np.ndarray], list[str]]:
        """A function from positions in `alive` to their texts."""
        return lambda positions: self._load(alive[positions])

    def _load(self, documents: np.ndarray) -> list[str]:
        """Texts in the order asked for; each row group is read once, and let go before the next."""
        texts = [""] * len(documents)
        places: dict[tuple[int, int], list[int]] = {}
        for place, document in enumerate(documents.tolist()):
            split = int(np.searchsorted(self._starts, document, side="right")) - 1
            group = int(np.searchsorted(self._group_starts(split), document - self._starts[split], side="right")) - 1
            places.setdefault((split, group), []).append(place)
        for (split, group), wanted in sorted(places.items()):
            first = self._starts[split] + self._group_starts(split)[group]
            column = pq.ParquetFile(self._paths[split]).read_row_group(group, columns=["text"])["text"]
            for place, text in zip(wanted, column.take(documents[wanted] - first).to_pylist(), strict=True):
                texts[place] = text or ""
        return texts

    def _read_group_starts(self, split: int) -> np.ndarray:
        metadata = pq.read_metadata(self._paths[split])
        rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        return np.concatenate([[0], np.cumsum(rows, dtype=np.int64)])
