"""Makes what stays of a page that was taken down: its id and its place, so that counts add up, and no text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.documents import DROPPED, PROVENANCE
from curate.errors import UsageError
from curate.filters.address import canonical_host, canonical_url, is_public_suffix
from curate.folder import CUT, DATA, SIGNALS

STAGE, RULE = "takedown", "requested"
ROWS_GO = frozenset({DATA, SIGNALS, CUT})  # elsewhere other files count or number a file's rows
LINK = ("duplicate_of", "duplicate_of_url")
# Strings of ours or about the page as a whole; every other string or byte string is the page's and goes.
STAYS = frozenset({*PROVENANCE.names, "stage", "rule", "kind", "language", "charset", "opt_outs", "licence"}) - {"url"}


def key(kind: str, line: str) -> str:
    """The hash a request is recorded and compared by; the same for all spellings of one address.

    Raises UsageError when the line is no address, domain or id.

    >>> key("urls", "http://Example.com:80/a#top") == key("urls", "https://example.com/a")
    True
    """
    name = _NAMES[kind](line.strip())
    if not name:
        raise UsageError(f"{line.strip()[:200]!r} is no {_WHAT[kind]}")
    return hash_of(kind, name)


def hash_of(kind: str, name: str) -> str:
    """The hash of a name of one kind, in hex."""
    return sha256(f"{kind}\0{name}".encode("utf-8", "replace")).hexdigest()


def _address(url: str) -> str:
    """One spelling of an address for http and https alike."""
    return canonical_url(url).partition("://")[2] or url


def _domain(line: str) -> str:
    host = "" if any(mark in line for mark in "/@ ") else canonical_host(f"http://{line}")
    if host and is_public_suffix(host):
        raise UsageError(f"{host!r} is no domain: under it anybody registers one, and all of them would go")
    return host


def _id(line: str) -> str:
    return line.lower() if len(line) == 32 and set(line.lower()) <= set("0123456789abcdef") else ""


_NAMES: Mapping[str, Callable[[str], str]] = {
    "urls": lambda line: canonical_url(line).partition("://")[2],
    "domains": _domain,
    "ids": _id,
}
_WHAT = {
    "urls": "http address (it begins with http:// or https://)",
    "domains": "domain (such as example.org; its subdomains go too)",
    "ids": "document id (32 hex digits)",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The hashes of the pages, sites and texts that have to go."""

    hashes: frozenset[str]

    def matcher(self) -> Callable[[str, str], frozenset[str]]:
        """A function of an id and an address that gives the hashes that name them."""

        @lru_cache(1 << 12)  # an address may have 65,536 characters
        def of_url(url: str) -> frozenset[str]:
            labels = canonical_host(url).split(".")
            domains = (hash_of("domains", ".".join(labels[i:])) for i in range(len(labels)))
            return self.hashes & {hash_of("urls", _address(url)), *domains}

        return lambda id_, url: (of_url(url) if url else frozenset()) | (self.hashes & {hash_of("ids", id_)})


def kind_of(path: Path) -> str:
    """Return what rows a file holds: `data`, `dropped` and so on, also of the files of one split under `work/`."""
    return path.parent.name if path.name.startswith("part-") else path.name.split(".")[-2]


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows of one file that are wanted pages or name one as their original, as boolean arrays.

    `to_change` says whether any of them still holds what has to go.
    """

    mine: np.ndarray
    linked: np.ndarray
    ids: frozenset[str]
    hashes: frozenset[str]
    to_change: bool

    @classmethod
    def of(cls, path: Path, wanted: Wanted) -> "Hits":
        """Look through a file, reading ids and addresses only."""
        match = wanted.matcher()
        columns = _columns(path, ("id", "url", *LINK))
        ids, urls, originals, their_urls = columns.values()
        mine = [match(id_ or "", url or "") for id_, url in zip(ids, urls, strict=True)]
        linked = [match(id_ or "", url or "") for id_, url in zip(originals, their_urls, strict=True)]
        is_mine, is_linked = np.array([bool(m) for m in mine], bool), np.array([bool(m) for m in linked], bool)
        left = is_mine.any() and bool((is_mine & ~_blank(path, is_mine)).any())
        return cls(
            is_mine,
            is_linked,
            frozenset(id_ for id_, hit in zip(ids, is_mine, strict=True) if hit),
            frozenset().union(*mine, *linked),
            left or bool(is_linked.any()),
        )


def _columns(path: Path, names: Sequence[str]) -> dict[str, list[Any]]:
    file = pq.ParquetFile(path)
    table = file.read(columns=[name for name in names if name in file.schema_arrow.names])
    missing = [None] * file.metadata.num_rows
    return {name: table[name].to_pylist() if name in table.column_names else missing for name in names}


def _cleared(schema: pa.Schema) -> list[str]:
    """The columns that go, but for the address; keys of duplicates are of a fixed size and stay."""
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return [f.name for f in schema if f.name not in STAYS | {"url"} and any(kind(f.type) for kind in kinds)]


def _blank(path: Path, rows: np.ndarray) -> np.ndarray:
    """Return which of some rows are what a takedown leaves, as a boolean array over all rows."""
    if kind_of(path) in ROWS_GO:
        return np.zeros(len(rows), bool)
    columns = _columns(path, ["url", *_cleared(pq.read_schema(path))])
    return np.array([not any(values[row] for values in columns.values()) for row in range(len(rows))], bool)


def without(path: Path, hits: Hits) -> pa.Table:
    """The rows of a file without the pages: gone from data and signals, blank where other files count on the row."""
    table = pq.read_table(path)
    if kind_of(path) in ROWS_GO:
        return table.filter(pa.array(~hits.mine))
    table = _set(table, hits.mine, _cleared(table.schema), None)
    table = _set(table, hits.mine, ["url"], None if path.name.startswith("part-") else "")
    return _set(table, hits.linked, LINK, None)


def _set(table: pa.Table, rows: np.ndarray, names: Sequence[str], value: object) -> pa.Table:
    for name in names:
        if name in table.column_names:
            field = table.schema.field(name)
            column = pc.if_else(pa.array(rows), pa.scalar(value, field.type), table[name])
            table = table.set_column(table.column_names.index(name), field, column)
    return table


def tombstones(path: Path, kept: pa.Table) -> pa.Table:
    """The dropped rows that stand for kept pages taken down: those in `path`, if it is there, and new ones."""
    count = kept.num_rows
    columns = {name: kept[name].combine_chunks() for name in PROVENANCE.names} | {
        "url": pa.nulls(count, pa.string()),
        "stage": pa.array([STAGE] * count),
        "rule": pa.array([RULE] * count),
        "value": pa.array([1.0] * count),
        "limit": pa.array([0.0] * count),
    }
    rows = pa.table([columns.get(name, pa.nulls(count, DROPPED.field(name).type)) for name in DROPPED.names], DROPPED)
    if path.is_file():
        before = pq.read_table(path)
        again = pc.is_in(rows["id"], before["id"].combine_chunks())
        rows = pa.concat_tables([before, rows.filter(pc.invert(again))])
    return rows.sort_by([("warc_path", "ascending"), ("warc_offset", "ascending"), ("id", "ascending")])
