"""Levanter and Marin: token rows in Parquet for every bucket of every phase, and the mixture's configuration.

The rows are of Levanter's format `prebuilt`, so that it trains on these tokens and does not tokenize again; with
`pack` it joins them and cuts them at the sequence length. A component belongs to one phase, so its weight is nothing
in the others. A stage has to begin at a multiple of `mixture_block_size` sequences: at a multiple of 8 steps it does
for every batch of a multiple of 32 sequences.

Source: lib/levanter/src/levanter/data/{mixture.py,text/datasets.py,text/formats.py} of marin-community/marin.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from curate.files import whole_file
from curate.mixture.formats.layout import FILE_TOKENS, folder_names, phase_names, pieces, shares, starts, streams
from curate.mixture.formats.tables import write_table
from curate.mixture.formats.tokens import stored
from curate.mixture.laid_out import Document, Mixture, Part, Vocabulary
from curate.yaml import dumped

BLOCK_SEQUENCES = 256
STEPS = 8
ROWS_PER_GROUP = 1000
SCHEMA = pa.schema([("id", pa.string()), ("input_ids", pa.list_(pa.int32()))])


def write(mixture: Mixture, out: Path, dtype: str) -> None:
    """Write `PHASE/BUCKET/part-00000.parquet` and `data.yaml`, whose `data` goes into a training configuration.

    Paths are relative to `out`. A phase whose order is meant is one component.
    """
    components: dict[str, object] = {}
    weights: list[list[object]] = []
    step, begins = starts(mixture, STEPS)
    for name, phase, begin in zip(phase_names(mixture), mixture.phases, begins, strict=True):
        parts = streams(phase)
        buckets = folder_names(part.bucket for part in parts)
        named = {part.bucket: f"{name}-{buckets[part.bucket]}" for part in parts}
        for part in parts:
            urls = _write_part(part, mixture.vocabulary, out, f"{name}/{buckets[part.bucket]}", dtype)
            source = {"type": "url", "train_urls": urls}
            made = {"type": "cached", "source": source, "format": {"type": "prebuilt", "input_ids_key": "input_ids"}}
            components[named[part.bucket]] = {**made, "pack": True}
        counts = whole_samples(shares(parts), BLOCK_SEQUENCES)
        of = {named[part.bucket]: count / BLOCK_SEQUENCES for part, count in zip(parts, counts, strict=True)}
        weights.append([begin, of])
    data = {
        "tokenizer": "passthrough", "vocab_size": mixture.vocabulary.size, "cache_dir": "cache", "shuffle": False,
        "mixture_block_size": BLOCK_SEQUENCES, "components": components, "train_weights": weights,
    }  # fmt: skip
    said = f"# train_weights begin at steps of {step:,} tokens: train_batch_size times the sequence length\n"
    with whole_file(out / "data.yaml") as temporary:
        temporary.write_text(said + dumped({"data": data}))


def whole_samples(parts: Sequence[float], block: int) -> list[int]:
    """Shares as whole samples of a block, one at least: a reader that rounds down gives what is left to the largest.

    >>> whole_samples([0.5, 0.4996, 0.0004], 256)
    [128, 127, 1]
    """
    counts = [max(1, int(share * block)) for share in parts]
    missing = block - sum(counts)
    by_rest = sorted(range(len(parts)), key=lambda place: counts[place] - parts[place] * block)
    for turn in range(missing):
        counts[by_rest[turn % len(parts)]] += 1
    for _ in range(-missing):
        counts[counts.index(max(counts))] -= 1
    return counts


def _write_part(part: Part, vocabulary: Vocabulary, out: Path, folder: str, dtype: str) -> list[str]:
    """Write the rows of a part; returns the paths of the files below `out`."""
    (out / folder).mkdir(parents=True, exist_ok=True)

    def row(document: Document) -> tuple[object, ...]:
        return document.id, stored(document, vocabulary, dtype)

    paths: list[str] = []
    for piece in pieces(part.read(), FILE_TOKENS // 4):
        paths.append(f"{folder}/part-{len(paths):05d}.parquet")
        write_table(out / paths[-1], piece, SCHEMA, row, ROWS_PER_GROUP)
    return paths
