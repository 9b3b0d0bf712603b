"""MosaicML Streaming: MDS shards, a folder of them for every stream, and the streams of each phase.

A shard is the number of samples (uint32), the offset of each and of the end (uint32), the description of the columns
as JSON, and the samples. A sample is the sizes of its columns that vary (uint32 each) and their values, by name. Here
these are `id` (UTF-8) and `tokens` (an array of one axis: a byte with the axes in its upper bits and the width of the
length below, the length, the tokens). `index.json` lists the shards.

Streams are given as samples to choose, not as proportions, which would count documents where a plan counts tokens.

Source: streaming/base/format/mds/{writer,encodings}.py and streaming/base/stream.py of mosaicml/streaming.
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from curate.files import whole_file
from curate.mixture.formats.layout import folder_names, phase_names, streams
from curate.mixture.formats.tokens import stored
from curate.mixture.laid_out import Mixture, Part, Vocabulary
from curate.yaml import dumped

SHARD_BYTES = 1 << 26


def write(mixture: Mixture, out: Path, dtype: str) -> None:
    """Write `PHASE/BUCKET/shard.00000.mds` and `index.json`, and `streams.yaml`: for each phase its streams.

    A phase whose order is meant is one stream, not to be shuffled.
    """
    phases = {}
    for name, phase in zip(phase_names(mixture), mixture.phases, strict=True):
        parts = streams(phase)
        buckets = folder_names(part.bucket for part in parts)
        for part in parts:
            _write_stream(out / name / buckets[part.bucket], part, mixture.vocabulary, dtype)
        of = {buckets[p.bucket]: {"local": f"{name}/{buckets[p.bucket]}", "choose": p.documents} for p in parts}
        phases[name] = {"shuffle": not phase.strict, "streams": of}
    with whole_file(out / "streams.yaml") as temporary:
        temporary.write_text(dumped(phases))


def _write_stream(folder: Path, part: Part, vocabulary: Vocabulary, dtype: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    columns = {
        "column_encodings": ["str", f"ndarray:{dtype}"],
        "column_names": ["id", "tokens"],
        "column_sizes": [None, None],
    }
    about = {"compression": None, "format": "mds", "hashes": [], "size_limit": SHARD_BYTES, "version": 2, **columns}
    header = json.dumps(about, sort_keys=True).encode()
    shards: list[dict[str, object]] = []
    for samples in _shards(part, vocabulary, dtype, len(header)):
        name = f"shard.{len(shards):05d}.mds"
        data = _shard(samples, header)
        with whole_file(folder / name) as temporary:
            temporary.write_bytes(data)
        raw = {"basename": name, "bytes": len(data), "hashes": {}}
        shards.append({**about, "samples": len(samples), "raw_data": raw, "zip_data": None})
    with whole_file(folder / "index.json") as temporary:
        temporary.write_text(json.dumps({"version": 2, "shards": shards}, sort_keys=True))


def _shards(part: Part, vocabulary: Vocabulary, dtype: str, header_bytes: int) -> Iterator[list[bytes]]:
    """The samples of a stream, as many together as fit a shard, and one at least."""
    empty = 8 + header_bytes
    samples: list[bytes] = []
    size = empty
    for document in part.read():
        sample = _sample(document.id, stored(document, vocabulary, dtype))
        if samples and size + len(sample) + 4 > SHARD_BYTES:
            yield samples
            samples, size = [], empty
        samples.append(sample)
        size += len(sample) + 4
    yield samples


def _sample(name: str, tokens: np.ndarray) -> bytes:
    width = next(code for code in range(4) if len(tokens) < 1 << (8 << code))
    array = bytes([1 << 2 | width]) + len(tokens).to_bytes(1 << width, "little") + tokens.tobytes()
    text = name.encode()
    return struct.pack("<II", len(text), len(array)) + text + array


def _shard(samples: list[bytes], header: bytes) -> bytes:
    first = 4 + 4 * (len(samples) + 1) + len(header)
    offsets = first + np.cumsum([0, *map(len, samples)])
    return struct.pack("<I", len(samples)) + offsets.astype("<u4").tobytes() + header + b"".join(samples)
