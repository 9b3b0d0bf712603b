"""Counts how many copies a kept document stands for: list by list, then added up from barrier to barrier.

What a barrier has counted of a document is a row under `COUNTED`: the copies removed for it, with those that had been
removed for them before, so that a copy of a copy counts for the document that is left. Sites are kept as hashes, since
numbers of sites cannot be added up. A count needs nothing but the matches of complete lists: it is the same however
the work is cut.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curate.filters.address import site_of

SUMMARY = pa.schema(
    [
        ("copies_exact", pa.int64()),
        ("copies_near", pa.int64()),
        ("copies_first", pa.string()),
        ("copies_last", pa.string()),
        ("copy_sites", pa.list_(pa.uint64())),
    ]
)
"""Copies of the same text and of nearly the same, first and last date and the sites of all of them with the kept one.

Dates are null where none is known; sites are null where there is no copy, and are then that of the document's address.
"""

COUNTED = pa.schema([("document", pa.uint64()), *SUMMARY])

Rows = NDArray[np.int64]


def site_hash(url: str) -> int:
    """A 64-bit hash of the site of an address, 0 where it has none."""
    return _hash_of(site_of(url))


@lru_cache(1 << 16)
def _hash_of(site: str) -> int:
    return int.from_bytes(blake2b(site.encode("utf-8", "surrogatepass"), digest_size=8).digest()) if site else 0


def count(table: pa.Table, new: NDArray[np.bool_], representative: Rows, *, exact: bool) -> pa.Table:
    """Return what the new ones among the kept documents of a list stand for; under `COUNTED`, sorted by document.

    `table` holds document, url, date and, of what was counted before, the columns of `SUMMARY`.
    """
    places = np.arange(len(new))
    stands = np.flatnonzero((np.bincount(representative, minlength=len(new)) > 1) & new & (representative == places))
    members = np.flatnonzero(np.isin(representative, stands))
    group = np.searchsorted(stands, representative[members])
    gone = representative[members] != members
    table = table.take(pa.array(members))
    same, near = (pc.fill_null(table[name], 0).to_numpy().astype(np.int64) for name in SUMMARY.names[:2])
    added = [same + gone, near] if exact else [np.where(gone, 0, same), near + gone * (1 + same)]
    copies = [np.bincount(group, weights, len(stands)).astype(np.int64) for weights in added]
    columns = [table["document"].take(pa.array(np.flatnonzero(~gone))), *copies, *_dates(table, group)]
    return pa.table([*columns, _sites(table, group, len(stands))], schema=COUNTED).sort_by("document")


def _dates(table: pa.Table, group: Rows) -> list[pa.Array]:
    """The first and the last date of each group."""
    known = pc.if_else(pc.equal(table["date"], ""), None, table["date"])
    dates = {name: pc.coalesce(table[f"copies_{name}"], known) for name in ("first", "last")}
    grouped = pa.table({"group": group, **dates}).group_by("group")
    found = grouped.aggregate([("first", "min"), ("last", "max")]).sort_by("group")
    return [found["first_min"], found["last_max"]]


def _sites(table: pa.Table, group: Rows, groups: int) -> pa.Array:
    """The sites of each group, ascending and each once."""
    lists = table["copy_sites"].combine_chunks()
    alone = np.flatnonzero(np.asarray(lists.is_null()))
    own = np.array([site_hash(url) for url in table["url"].take(pa.array(alone)).to_pylist()], np.uint64)
    of_lists = group[np.asarray(pc.list_parent_indices(lists))]
    groups_of = np.concatenate([group[alone], of_lists])
    sites = np.concatenate([own, np.asarray(pc.list_flatten(lists), np.uint64)])
    order = np.lexsort((sites, groups_of))
    groups_of, sites = groups_of[order], sites[order]
    first = np.ones(len(sites), bool)
    first[1:] = (sites[1:] != sites[:-1]) | (groups_of[1:] != groups_of[:-1])
    first &= sites != 0
    offsets = np.searchsorted(groups_of[first], np.arange(groups + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(sites[first]))


def before(held: pa.Table, documents: NDArray[np.uint64], counted: pa.Table) -> pa.Table:
    """Return what is known of documents before a barrier: by the row's barriers before it, else what they came with."""
    place = np.searchsorted(np.asarray(counted["document"]), documents)
    known = np.append(np.asarray(counted["document"]), np.uint64(0))[place] == documents
    known &= place < counted.num_rows
    both = pa.concat_tables([held, counted.select(SUMMARY.names)]).combine_chunks()
    return both.take(pa.array(np.where(known, len(documents) + place, np.arange(len(documents)))))


def latest(tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of all barriers, of each document only what the last of them says; sorted by document."""
    found = COUNTED.empty_table()
    for table in reversed(tables):
        unseen = ~np.isin(np.asarray(table["document"]), np.asarray(found["document"]))
        found = pa.concat_tables([found, table.filter(pa.array(unseen))])
    return found.sort_by("document").combine_chunks()


def repeating(counted: pa.Table, max_copies: int, min_sites: int) -> NDArray[np.bool_]:
    """Return which documents have more than so many copies, over at least so many sites."""
    copies = np.asarray(pc.add(counted["copies_exact"], counted["copies_near"]))
    return (copies > max_copies) & (np.asarray(pc.list_value_length(counted["copy_sites"])) >= min_sites)
