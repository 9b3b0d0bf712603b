"""Megatron-LM: a `.bin` of tokens and an `.idx` of documents for every bucket of every phase, a blend file for each
phase.

An `.idx` is the magic, version 1 (uint64), a code for the token type (uint8), the number of sequences and of document
ends (uint64 each), the length of every sequence (int32), its offset in bytes (int64), and the number of the sequence
at which each document ends, 0 first (int64), all little-endian. Here a sequence is a document. `--per-split-data-args-
path` takes a blend file; Megatron has no stages, so a phase is a run of its own that continues from the last one's
checkpoint.

Source: megatron/core/datasets/indexed_dataset.py and megatron/training/utils/common_utils.py of NVIDIA/Megatron-LM.
"""

import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from curate.files import whole_file, write_json
from curate.mixture.formats.layout import filled, folder_names, phase_names, shares
from curate.mixture.formats.tokens import append
from curate.mixture.laid_out import Mixture, Part, Vocabulary

MAGIC = b"MMIDIDX\x00\x00"
CODES = {"uint16": 8, "int32": 4}
_CHUNK = 1 << 18  # lengths in memory at a time


def write(mixture: Mixture, out: Path, dtype: str) -> None:
    """Write `PHASE/BUCKET.bin`, `PHASE/BUCKET.idx` and `blend-PHASE.json`, whose prefixes are relative to `out`."""
    for name, phase in zip(phase_names(mixture), mixture.phases, strict=True):
        folder, parts = out / name, filled(phase)
        folder.mkdir(parents=True, exist_ok=True)
        buckets = folder_names(part.bucket for part in parts)
        for part in parts:
            _write_part(folder / buckets[part.bucket], part, mixture.vocabulary, dtype)
        pairs = zip(shares(parts), parts, strict=True)
        blend = [word for share, part in pairs for word in (f"{share:.12f}", f"{name}/{buckets[part.bucket]}")]
        write_json(out / f"blend-{name}.json", {"train": blend, "valid": None, "test": None})


def _write_part(prefix: Path, part: Part, vocabulary: Vocabulary, dtype: str) -> None:
    """Write the tokens, with the lengths aside, and then the index from the lengths."""
    with tempfile.TemporaryFile(dir=prefix.parent) as lengths:
        count = 0
        with whole_file(prefix.with_name(f"{prefix.name}.bin")) as temporary, temporary.open("wb") as file:
            for length in append(file, part.read(), vocabulary, dtype):
                lengths.write(struct.pack("<i", length))
                count += 1
        with whole_file(prefix.with_name(f"{prefix.name}.idx")) as temporary, temporary.open("wb") as file:
            file.write(MAGIC + struct.pack("<QBQQ", 1, CODES[dtype], count, count + 1))
            for chunk in _chunks(lengths):
                file.write(chunk.tobytes())
            _write_offsets(file, lengths, np.dtype(dtype).itemsize)
            for start in range(0, count + 1, _CHUNK):
                file.write(np.arange(start, min(start + _CHUNK, count + 1), dtype="<i8").tobytes())


def _write_offsets(file: BinaryIO, lengths: BinaryIO, item_bytes: int) -> None:
    end = 0
    for chunk in _chunks(lengths):
        ends = end + np.cumsum(chunk.astype(np.int64) * item_bytes)
        file.write(np.concatenate(([end], ends[:-1])).astype("<i8").tobytes())
        end = int(ends[-1])


def _chunks(lengths: BinaryIO) -> Iterator[np.ndarray]:
    lengths.seek(0)
    while data := lengths.read(4 * _CHUNK):
        yield np.frombuffer(data, "<i4")
