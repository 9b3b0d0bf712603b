"""`curate tokenizer train`: a small byte-level BPE from finished runs, for a first try without any download."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from curate.errors import UsageError

HELP = "Train a small tokenizer on finished runs."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    train = actions.add_parser("train", help="Train a byte-level BPE; the same runs give the same.")
    train.add_argument("outs", nargs="+", type=Path, metavar="OUT", help="This is the folder of a finished run.")
    train.add_argument(
        "--vocabulary", type=int, default=8192, metavar="N", help="It has so many tokens, 257 or more (default 8192)."
    )
    train.add_argument(
        "--max-bytes",
        type=int,
        default=100_000_000,
        metavar="N",
        help="It learns from so many bytes of text (default 100 MB).",
    )
    train.add_argument("--out", required=True, type=Path, metavar="FILE", help="Write tokenizer.json here.")


def command(options: argparse.Namespace, console: Console) -> int:
    """Train, write the file, say what it holds."""
    from curate.mixture.sources import open_sources
    from curate.mixture.vocabulary import train

    sources = open_sources(options.outs)
    if options.out.is_dir() or not options.out.name:
        raise UsageError(f"--out {options.out} is a folder: name a file, such as tokenizer.json")
    paths = [part.path for source in sources for part in source.parts]
    made = train(_texts(paths, options.max_bytes), options.vocabulary, options.out)
    console.print(f"{options.out}: {made.size:,} tokens, sha256 {made.sha256}", markup=False, soft_wrap=True)
    return 0


def _texts(paths: Sequence[Path], max_bytes: int) -> Iterator[str]:
    """Texts from the front of each file, as many bytes from one as from another."""
    import pyarrow.parquet as pq

    for path in paths:
        left = max(max_bytes // len(paths), 1)
        for batch in pq.ParquetFile(path).iter_batches(1000, columns=["text"]):
            for text in batch["text"].to_pylist():
                if left > 0 and text:
                    yield text
                    left -= len(text.encode("utf-8", "surrogatepass"))
            if left <= 0:
                break
