"""nanotron: datatrove token folders, one for every bucket of every phase, and their weights as `data_stages`.

A `.ds` file is tokens (uint16 or uint32, little-endian) without a header; `.ds.index` holds the number of tokens up to
the end of each document (uint64); `.ds.metadata` names the tokenizer and the bytes of a token on its first line, and
the number of tokens on its second. nanotron loads the tokenizer by that name, here the folder `tokenizer` beside the
phases.

Source: pipeline/tokens/tokenizer.py and utils/dataset.py of huggingface/datatrove, config/config.py and
data/nanoset.py of huggingface/nanotron.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from curate.files import whole_file
from curate.mixture.formats.layout import FILE_TOKENS, filled, folder_names, phase_names, pieces, shares, starts
from curate.mixture.formats.tokens import append
from curate.mixture.laid_out import Document, Mixture, Phase, Vocabulary
from curate.yaml import dumped

TOKENIZER = "tokenizer"


def write(mixture: Mixture, out: Path, dtype: str) -> None:
    """Write `PHASE/BUCKET/00000.ds` with index and metadata, and `data_stages.yaml`; paths are relative to `out`."""
    step, begins = starts(mixture)
    stages = [
        {
            "name": phase.name,
            "start_training_step": begin + 1,
            "data": _write_phase(phase, mixture.vocabulary, out, name, dtype),
        }
        for name, phase, begin in zip(phase_names(mixture), mixture.phases, begins, strict=True)
    ]
    said = f"# start_training_step counts steps of {step:,} tokens: micro batch x accumulation x dp x sequence length\n"
    with whole_file(out / "data_stages.yaml") as temporary:
        temporary.write_text(said + dumped({"data_stages": stages}))


def _write_phase(phase: Phase, vocabulary: Vocabulary, out: Path, name: str, dtype: str) -> dict[str, object]:
    """Write the folders of a phase; returns its `data`."""
    parts = filled(phase)
    buckets = folder_names(part.bucket for part in parts)
    for part in parts:
        folder = out / name / buckets[part.bucket]
        folder.mkdir(parents=True, exist_ok=True)
        for number, piece in enumerate(pieces(part.read(), FILE_TOKENS)):
            _write_file(folder / f"{number:05d}.ds", piece, vocabulary, dtype)
    dataset = {
        "dataset_folder": [f"{name}/{buckets[part.bucket]}" for part in parts],
        "dataset_weights": shares(parts),
        "tokenizer_name": TOKENIZER,
        "vocab_size": vocabulary.size,
        "token_size_in_bytes": np.dtype(dtype).itemsize,
    }
    return {"dataset": dataset, "seed": 42, "num_loading_workers": 1}


def _write_file(path: Path, documents: Iterator[Document], vocabulary: Vocabulary, dtype: str) -> None:
    end = 0
    index = path.with_name(f"{path.name}.index")
    with (
        whole_file(index) as index_temporary,
        whole_file(path) as temporary,
        index_temporary.open("wb") as ends,
        temporary.open("wb") as file,
    ):
        for length in append(file, documents, vocabulary, dtype):
            end += length
            ends.write(struct.pack("<Q", end))
    with whole_file(path.with_name(f"{path.name}.metadata")) as temporary:
        temporary.write_text(f"{TOKENIZER}|{np.dtype(dtype).itemsize}\n{end}\n{_short(end)}")


def _short(tokens: int) -> str:
    """A number of tokens as people say it.

    >>> _short(1234), _short(2_500_000_000)
    ('1.23 KT', '2.5 GT')
    """
    size, unit = next(
        ((size, unit) for size, unit in ((10**9, "GT"), (10**6, "MT"), (10**3, "KT")) if tokens >= size), (1, "T")
    )
    return f"{tokens / size:.3g} {unit}"
