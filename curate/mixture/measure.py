"""The first step: each part of a source is read once, and its documents are measured and tokenized.

A task leaves two files and a marker for a part, named by the part's digest: the columns that plans and the ledger read,
a row per document, and its tokens. Nothing in them depends on a plan, so another plan begins from here.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curate.errors import IncompleteRunError
from curate.files import RowFile, read_marker, sha256_of, whole_file, write_marker
from curate.filters.address import canonical_host, registered_domain
from curate.filters.difficulty import SIGNALS, measure_all
from curate.mixture.ragged import Ragged
from curate.mixture.sources import Part
from curate.mixture.vocabulary import TokenizerFile, Tokens

ROWS = 1000  # documents that are tokenized together, and row groups of the runs' own files
GROUP_ROWS = 1 << 16
NOT_COPIED = frozenset({"text", "url", "date", "charset", "copies_first", "copies_last"})


def marker_of(folder: Path, part: Part) -> Path:
    """The marker of what was measured of a part."""
    return folder / f"{part.sha256[:24]}.json"


def columns_of(folder: Path, part: Part) -> Path:
    """The measured columns of a part."""
    return marker_of(folder, part).with_suffix(".parquet")


def tokens_of(folder: Path, part: Part) -> Path:
    """The tokens of a part: an Arrow file with a batch of `ROWS` documents after the other."""
    return marker_of(folder, part).with_suffix(".arrow")


def token_type(vocabulary_size: int) -> np.dtype[Any]:
    """Return how tokens are kept between steps: two bytes each where the vocabulary allows."""
    return np.dtype("<u2" if vocabulary_size <= 1 << 16 else "<u4")


def measure_part(part: Part, tokenizer: TokenizerFile, folder: Path) -> None:
    """Measure and tokenize a part; does nothing where its marker stands.

    Raises IncompleteRunError when the part is not the file that its run has written.
    """
    marker = marker_of(folder, part)
    if read_marker(marker) is not None:
        return
    if sha256_of(part.path) != part.sha256:
        raise IncompleteRunError(f"{part.name} of {part.source} is not the file that was written: its digest differs")
    rows, path = RowFile(columns_of(folder, part)), tokens_of(folder, part)
    waiting: list[pa.RecordBatch] = []
    try:
        dtype = token_type(tokenizer.vocabulary.size)
        with whole_file(path) as temporary, pa.ipc.new_file(temporary, TOKENS) as writer:
            for batch in pq.ParquetFile(part.path).iter_batches(ROWS):
                texts = [text or "" for text in batch["text"].to_pylist()]
                tokens = tokenizer.encode(texts)
                writer.write_batch(packed(tokens, dtype))
                waiting.append(_columns(batch, texts, tokens))
                if sum(each.num_rows for each in waiting) >= GROUP_ROWS:
                    rows.write(_one(waiting))
                    waiting = []
        if waiting:
            rows.write(_one(waiting))
        described = rows.close()
    finally:
        rows.abandon()
    files = {"tokens": passing(path, part.rows)} | ({"columns": described} if described else {})
    write_marker(marker, {"files": files})


def passing(path: Path, rows: int) -> dict[str, Any]:
    """The description, in a marker, of a file that passes away and whose digest nobody compares."""
    return {"file": path.name, "rows": rows, "bytes": path.stat().st_size}


TOKENS = pa.schema([("tokens", pa.large_binary())])


def packed(tokens: Tokens, dtype: np.dtype[Any]) -> pa.RecordBatch:
    """Tokens as bytes, a row for each text."""
    return pa.record_batch([Ragged(tokens.values.astype(dtype), tokens.offsets).arrow()], schema=TOKENS)


def _columns(batch: pa.RecordBatch, texts: Sequence[str], tokens: Tokens) -> pa.RecordBatch:
    """Return what is kept of documents beside their text: the run's own columns, and what is measured here."""
    kept = {name: batch[name] for name in batch.schema.names if _is_kept(batch.schema.field(name))}
    signals = measure_all(texts)
    measured = {name: pa.array(signals[:, place]) for place, name in enumerate(SIGNALS)}
    shares = [SIGNALS.index(f"{kind}_char_fraction") for kind in ("code", "formula", "table")]
    urls = batch["url"].to_pylist() if "url" in batch.schema.names else [""] * len(texts)
    own = {
        "site": pa.array([registered_domain(canonical_host(url or "")) for url in urls], pa.string()),
        "key": pa.array(document_keys(batch["id"].to_pylist())),
        "tokens": pa.array(tokens.counts),
        "text_bytes": pc.fill_null(pc.binary_length(batch["text"]).cast(pa.int64()), 0),
        "structure_char_fraction": pa.array(signals[:, shares].sum(axis=1)),
    }
    return pa.record_batch(kept | measured | own)


def _is_kept(field: pa.Field) -> bool:
    plain = pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_string, pa.types.is_large_string
    if field.name in NOT_COPIED or field.name.startswith("warc_"):
        return False
    return any(test(field.type) for test in plain)


def document_keys(ids: Sequence[str]) -> NDArray[np.uint64]:
    """64 bits for each id, the same in every run: uint64[ids]."""
    digests = b"".join(blake2b((id_ or "").encode("utf-8", "surrogatepass"), digest_size=8).digest() for id_ in ids)
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def _one(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]


def stored_rows(folder: Path, parts: Sequence[Part], columns: Sequence[str]) -> Iterator[tuple[Part, pa.RecordBatch]]:
    """The measured columns of parts, stretch by stretch in order; a column a part lacks is left out."""
    for part in parts:
        if part.rows:
            file = pq.ParquetFile(columns_of(folder, part))
            there = [name for name in columns if name in file.schema_arrow.names]
            for batch in file.iter_batches(GROUP_ROWS, columns=there):
                yield part, batch
