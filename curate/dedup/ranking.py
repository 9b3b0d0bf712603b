"""Ranks similar documents by the policies that a recipe can name; the first in rank is kept."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curate.errors import UsageError

Order = tuple[tuple[str, str], ...]

KEEP: Mapping[str, Order] = MappingProxyType(
    {
        "earliest": (("date", "ascending"),),
        "latest": (("date", "descending"),),
        "longest": (("chars", "descending"),),
        "shortest": (("chars", "ascending"),),
        "first_url": (("url", "ascending"),),
        "best": (("score", "descending"), ("date", "ascending")),
    }
)
"""By policy, the columns that rank documents and their order; ties go by id, and what is unknown comes last."""


def check_keep(policy: str) -> None:
    """Raise UsageError for an unknown policy."""
    if policy not in KEEP:
        raise UsageError(f"duplicates: no policy to keep {policy!r}; there are {', '.join(KEEP)}")


def score_of(barrier: str) -> str:
    """The column of a split's keys that holds the scores by which a barrier finds the best."""
    return f"{barrier}.score"


def ranks(documents: pa.Table, new: NDArray[np.bool_], policy: str) -> NDArray[np.int64]:
    """Rank documents, the best to keep first; int64[n], the same whatever order they come in.

    The table holds `document`, `id` and what policies look at (`date`, `chars`, `url`, `score`). What is not `new`
    comes before all that is.
    """
    keys = [("new", "ascending"), *KEEP[policy], ("id", "ascending"), ("document", "ascending")]
    date = pc.if_else(pc.equal(documents["date"], ""), None, documents["date"])  # null comes last in either order
    known = {"new": pa.array(new), "date": date}
    sorting = pa.table({name: known[name] if name in known else documents[name] for name, _ in keys})
    ranked = np.empty(len(new), np.int64)
    ranked[np.asarray(pc.sort_indices(sorting, sort_keys=keys))] = np.arange(len(new))
    return ranked
