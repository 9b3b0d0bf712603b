"""Measures what duplicate removal costs a site: the greatest share of its pages that any site lost."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.files import row_batches
from curate.filters.address import site_of
from curate.folder import ENDS, parts

MIN_SITE_PAGES = 20  # pages that reached duplicate removal, for a site's share to mean something
MAX_SITES = 1_000_000  # counted at a time; with more, the rows are read again for the others
BATCH_ROWS, BATCH_BYTES = 1 << 16, 32 << 20

Loss = tuple[int, int, str]  # pages lost, pages, site


def site_loss(
    out: Path, stages: Sequence[str], removed_by: Sequence[str], *, max_sites: int = MAX_SITES
) -> dict[str, Any]:
    """The registered domain that lost the greatest share of its pages to the stages `removed_by`, in the run in `out`.

    Counted are pages that reached the first of them, whatever became of them later, of sites with at least
    `MIN_SITE_PAGES`; of equal shares the larger site, then the first by name. `stages` are all of the run, in order.
    `share` is None when there is no such site.
    """
    first = min((stages.index(name) for name in removed_by), default=len(stages))
    reaching = frozenset(stages[first:])
    worst: list[Loss] = []
    pending = [(1, 0)]
    while pending:
        modulus, rest = pending.pop()
        pages: Counter[str] = Counter()
        lost: Counter[str] = Counter()
        for site, gone in _reached(out, reaching, frozenset(removed_by)):
            if crc32(site.encode()) % modulus == rest:
                pages[site] += 1
                lost[site] += gone
            if len(pages) > max_sites:  # half of these sites wait for another reading
                modulus *= 2
                pending.append((modulus, rest + modulus // 2))
                pages, lost = (_of_part(counts, modulus, rest) for counts in (pages, lost))
        found = ((lost[site], count, site) for site, count in pages.items() if count >= MIN_SITE_PAGES)
        worst = sorted([*worst, *found], key=lambda loss: (-loss[0] / loss[1], -loss[1], loss[2]))[:1]
    fewer, whole, name = worst[0] if worst else (0, 0, "")
    share = fewer / whole if whole else None
    return {"share": share, "site": name, "pages": whole, "lost": fewer, "removed_by": list(removed_by)}


def _of_part(counts: Counter[str], modulus: int, rest: int) -> Counter[str]:
    return Counter({site: n for site, n in counts.items() if crc32(site.encode()) % modulus == rest})


def _reached(out: Path, reaching: frozenset[str], removed_by: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """The site of each page that came to duplicate removal, and whether it went there; pages without one are left out.

    Quarantined pages count: what broke a later stage had come that far.
    """
    wanted = pa.array(sorted(reaching), pa.string())
    for path in (path for kind in ENDS for path in parts(out / kind)):
        ended = "stage" in pq.read_schema(path).names
        columns = ["url", *(["stage"] if ended else [])]
        for batch in row_batches(path, max_rows=BATCH_ROWS, max_bytes=BATCH_BYTES, columns=columns):
            rows = batch.filter(pc.is_in(batch["stage"], value_set=wanted)) if ended else batch
            stages = rows["stage"].to_pylist() if ended else [""] * rows.num_rows
            for url, stage in zip(rows["url"].to_pylist(), stages, strict=True):
                if url and (site := site_of(url)):
                    yield site, stage in removed_by
