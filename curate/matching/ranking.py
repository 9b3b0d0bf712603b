"""The policies a recipe can name for which of several similar documents is kept."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curate.errors import UsageError

KEEP: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "earliest": ("date", "ascending"),
        "latest": ("date", "descending"),
        "longest": ("chars", "descending"),
        "first_url": ("url", "ascending"),
    }
)
"""For each policy, the column that ranks documents and its order. Ties are broken by id; unknown dates come last."""


def check_keep(policy: str) -> None:
    """Raise UsageError for an unknown policy."""
    if policy not in KEEP:
        raise UsageError(f"duplicates: no policy to keep {policy!r}; there are {', '.join(KEEP)}")


def ranks(documents: pa.Table, new: NDArray[np.bool_], policy: str) -> NDArray[np.int64]:
    """Rank documents, the best to keep first; int64[n], the same whatever order they come in.

    The table holds `document`, `id` and the columns that policies use (`date`, `chars`, `url`). Documents that are not
    `new`, those of earlier runs, rank before all others.
    """
    column, order = KEEP[policy]
    by = documents[column]
    if policy == "earliest":
        by = pc.if_else(pc.equal(by, ""), "~", by)
    sorting = pa.table({"new": pa.array(new), "by": by, "id": documents["id"], "document": documents["document"]})
    keys = [("new", "ascending"), ("by", order), ("id", "ascending"), ("document", "ascending")]
    ranked = np.empty(len(new), np.int64)
    ranked[np.asarray(pc.sort_indices(sorting, sort_keys=keys))] = np.arange(len(new))
    return ranked
