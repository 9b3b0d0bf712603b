"""The shuffle of a mixture over made-up documents: memory, whether it is linear, and CPU beside datatrove's.

    python bench/mixture_scale.py [--documents 1000000 10000000] [--mean 50] [--datatrove PYTHON]

Tokens are random numbers and measured columns are made up, so nothing is tokenized: what is timed is packing tokens
into files, finding the rates, the shuffle and writing nanotron's format (tokens and an index, as datatrove's). Both
arms draw the same lengths. Each size runs in a process of its own; `peak` is its resident memory.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.cluster import Workers
from curate.files import describe_file, write_marker
from curate.mixture import formats, vocabulary
from curate.mixture.laid_out import Vocabulary
from curate.mixture.laying import Steps, Wish, as_mixture, decide, lay_out
from curate.mixture.measure import TOKENS, columns_of, packed, token_type, tokens_of
from curate.mixture.order import layout_of
from curate.mixture.plan import load_plan
from curate.mixture.ragged import Ragged
from curate.mixture.scatter import RANGE_BYTES, Corpus
from curate.mixture.sources import Part
from curate.mixture.vocabulary import TokenizerFile, Tokens

HERE = Path(__file__).parent
PART = 250_000
SIZE = 50_000
TOKENIZER = TokenizerFile("", Vocabulary(SIZE, 0, "00" * 32), "<|endoftext|>")


class Encoded:
    __slots__ = ("ids",)

    def __init__(self, ids):
        self.ids = ids

    def __len__(self):
        return len(self.ids)


class StandIn:
    """Hands out tokens and counts the CPU time it takes."""

    def __init__(self, mean: int):
        self.seconds, self.random, self.mean = 0.0, np.random.default_rng(0), mean

    def encode_batch_fast(self, texts, **_):
        before = process_time()
        sizes = self.random.integers(1, 2 * self.mean, len(texts))
        values = self.random.integers(1, SIZE, int(sizes.sum())).tolist()
        ends = np.cumsum(sizes).tolist()
        found = [Encoded(values[end - size : end]) for end, size in zip(ends, sizes.tolist(), strict=True)]
        self.held = found, values  # so that the last lists, too, are freed on the tokenizer's account
        self.seconds += process_time() - before
        return found


def pack(folder: Path, parts: list[Part], stand_in: StandIn) -> list[np.ndarray]:
    """Write the tokens of every part as the measuring step does; the lengths."""
    vocabulary._loaded = lambda _: stand_in
    lengths = []
    for part in parts:
        mine = []
        with pa.ipc.new_file(tokens_of(folder, part), TOKENS) as writer:
            for start in range(0, part.rows, 1000):
                tokens = TOKENIZER.encode(["x"] * min(1000, part.rows - start))
                writer.write_batch(packed(tokens, token_type(SIZE)))
                mine.append(tokens.counts)
        lengths.append(np.concatenate(mine))
    return lengths


def pack_at_once(folder: Path, parts: list[Part], mean: int) -> list[np.ndarray]:
    """The same files without the stand-in's lists, for sizes at which only those would be measured."""
    random, lengths = np.random.default_rng(0), []
    for part in parts:
        sizes = random.integers(1, 2 * mean, part.rows)
        with pa.ipc.new_file(tokens_of(folder, part), TOKENS) as writer:
            for start in range(0, part.rows, 1000):
                offsets = np.concatenate([[0], np.cumsum(sizes[start : start + 1000])]).astype(np.int64)
                values = random.integers(1, SIZE, int(offsets[-1])).astype(np.uint32)
                writer.write_batch(packed(Tokens(values, offsets), token_type(SIZE)))
        lengths.append(sizes)
    return lengths


def columns(folder: Path, part: Part, lengths: np.ndarray, number: int) -> None:
    """Made-up measured columns of a part, and its marker."""
    random, count = np.random.default_rng(number), len(lengths)
    table = pa.table(
        {
            "id": [f"{number:08x}{row:024x}" for row in range(count)],
            "key": random.integers(0, 2**64 - 1, count, np.uint64),
            "tokens": lengths.astype(np.int64),
            "text_bytes": lengths.astype(np.int64) * 4,
            "site": pa.array([f"site{row % 1000}.org" for row in range(count)]),
            "quality": random.random(count).astype(np.float32),
            "copies": random.integers(0, 3, count),
            "compression_ratio": (1 + random.random(count)).astype(np.float32),
            "structure_char_fraction": (random.random(count) ** 4).astype(np.float32),
        }
    )
    pq.write_table(table, columns_of(folder, part), compression="zstd", row_group_size=1 << 16)
    path = tokens_of(folder, part)
    write_marker(path.with_suffix(".json"), {"files": {"tokens": describe_file(path, count)}})


def arm(documents: int, mean: int, *, by_hand: bool) -> dict:
    """One size of ours: CPU seconds by step, tokens, peak."""
    folder = Path(tempfile.mkdtemp(prefix="mixture-"))
    Ragged(np.zeros(1, "u1"), np.array([0, 1])).take(np.array([0]))  # loads what is compiled, as imports are not timed
    Ragged(np.zeros(1, "<u2"), np.array([0, 1])).take(np.array([0]))
    count = -(-documents // PART)
    parts = [Part("web", folder, f"data/{n}", min(PART, documents - n * PART), f"{n:024x}") for n in range(count)]
    seconds, stand_in = {}, StandIn(mean)
    before = process_time()
    lengths = pack(folder, parts, stand_in) if by_hand else pack_at_once(folder, parts, mean)
    if by_hand:
        seconds["pack"] = process_time() - before - stand_in.seconds
    for number, (part, mine) in enumerate(zip(parts, lengths, strict=True)):
        columns(folder, part, mine, number)
    total = int(sum(map(np.sum, lengths)))
    wish, steps = Wish(load_plan("curriculum"), total, TOKENIZER, "nanotron"), Steps(Workers(1), lambda _: None)
    corpus = Corpus(wish.plan, tuple(parts), folder, 0, texts=False, item_bytes=2)
    before = process_time()
    decided = decide(corpus, total, folder / "rates.npz", steps)
    seconds["rates"] = process_time() - before
    before = process_time()
    laid = lay_out(corpus, decided, layout_of(wish.plan), folder / "shuffle", RANGE_BYTES, steps)
    seconds["shuffle"] = process_time() - before
    before = process_time()
    (folder / "out").mkdir()
    formats.write("nanotron", as_mixture(laid, wish), folder / "out")
    seconds["write"] = process_time() - before
    written = sum(path.stat().st_size for path in (folder / "out").rglob("*.ds"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    shutil.rmtree(folder)
    return {"seconds": seconds, "tokens": written // 2, "peak_mb": peak}


def ours(documents: int, mean: int, *, by_hand: bool) -> dict:
    command = [sys.executable, __file__, "--arm", str(documents), str(mean), str(int(by_hand))]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])


def theirs(python: Path, documents: int, mean: int) -> dict:
    with tempfile.TemporaryDirectory(prefix="datatrove-") as out:
        parts = -(-documents // PART)
        command = [str(python), str(HERE / "datatrove_shuffle.py"), out, str(documents), str(mean), str(parts)]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def show(who: str, documents: int, mean: int, found: dict) -> None:
    cpu = sum(found["seconds"].values())
    by_step = ", ".join(f"{name} {seconds:.1f}" for name, seconds in found["seconds"].items())
    print(
        f"{who:9} {documents:>11,} documents x {mean:>4} tokens: {cpu:6.1f} s CPU ({by_step}), "
        f"{1e6 * cpu / documents:5.1f} us a document, {found['tokens'] * 2 / 1e6 / cpu:6.1f} MB/s of tokens, "
        f"peak {found['peak_mb']:,} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--mean", type=int, default=50)
    parser.add_argument(
        "--beside", type=int, nargs=2, default=[500_000, 50], help="documents and tokens beside datatrove"
    )
    parser.add_argument("--datatrove", type=Path, help="a Python that has datatrove")
    parser.add_argument("--arm", type=int, nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.arm:
        print(json.dumps(arm(*options.arm[:2], by_hand=bool(options.arm[2]))))
        return
    documents, mean = options.beside
    show("ours", documents, mean, ours(documents, mean, by_hand=True))
    if options.datatrove:
        show("datatrove", documents, mean, theirs(options.datatrove, documents, mean))
    for documents in options.documents:
        show("ours", documents, options.mean, ours(documents, options.mean, by_hand=False))


if __name__ == "__main__":
    main()
