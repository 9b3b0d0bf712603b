"""OLMo-core: raw tokens in `.npy` files (without a NumPy header), and a list of sources with ratios for each phase.

Beside each file a `.csv.gz` says where its documents begin and end. OLMo-core takes the token type from the size of
the vocabulary: the smallest unsigned integer that holds it. A phase file is a `SourceMixtureList`.

Source: data/source_mixture.py, data/numpy_dataset.py and data/utils.py of allenai/OLMo-core.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

from curate.files import whole_file
from curate.mixture.formats.layout import FILE_TOKENS, filled, folder_names, phase_names, pieces, shares
from curate.mixture.formats.tokens import append
from curate.mixture.laid_out import Document, Mixture, Phase, Vocabulary
from curate.yaml import dumped


def write(mixture: Mixture, out: Path, dtype: str) -> None:
    """Write `PHASE/BUCKET/part-00000.npy` and `.csv.gz`, and `mix-PHASE.yaml` with paths relative to `out`."""
    vocabulary = mixture.vocabulary
    for name, phase in zip(phase_names(mixture), mixture.phases, strict=True):
        sources = _write_phase(phase, vocabulary, out, name, dtype)
        total = phase.tokens + phase.documents
        said = (
            f"# requested_tokens: {total} takes every document as often as it was laid out\n"
            f"# TokenizerConfig: vocab_size {vocabulary.size}, eos_token_id {vocabulary.end_of_document}; "
            f"tokens are {dtype}\n"
        )
        with whole_file(out / f"mix-{name}.yaml") as temporary:
            temporary.write_text(said + dumped({"sources": sources}))


def _write_phase(phase: Phase, vocabulary: Vocabulary, out: Path, name: str, dtype: str) -> list[dict[str, object]]:
    """Write the files of a phase; returns its sources."""
    sources: list[dict[str, object]] = []
    parts = filled(phase)
    buckets = folder_names(part.bucket for part in parts)
    for part, share in zip(parts, shares(parts), strict=True):
        folder = out / name / buckets[part.bucket]
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for number, piece in enumerate(pieces(part.read(), FILE_TOKENS)):
            paths.append(f"{name}/{buckets[part.bucket]}/part-{number:05d}.npy")
            _write_file(out / paths[-1], piece, vocabulary, dtype)
        sources.append({"source_name": part.bucket, "target_ratio": share, "paths": paths, "max_repetition_ratio": 1.0})
    return sources


def _write_file(path: Path, documents: Iterator[Document], vocabulary: Vocabulary, dtype: str) -> None:
    end = 0
    with (
        whole_file(path.with_suffix(".csv.gz")) as rows_temporary,
        whole_file(path) as temporary,
        rows_temporary.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as rows,  # neither name nor clock: the same bytes every time
        temporary.open("wb") as file,
    ):
        for length in append(file, documents, vocabulary, dtype):
            rows.write(b"%d,%d\n" % (end, end + length))
            end += length
