"""datatrove's tokenizer and merger over made-up tokens; run by bench/mixture_scale.py with datatrove's own interpreter.

The tokenizer is a stand-in that hands out lists of tokens; what it takes is measured and left out. Prints one line of
JSON: CPU seconds of each step without the tokenizer, and the peak of memory.
"""

import json
import resource
import sys
from pathlib import Path
from time import process_time

import numpy as np
from datatrove.data import Document
from datatrove.pipeline.tokens import DocumentTokenizer, DocumentTokenizerMerger
from datatrove.utils.logging import logger

out, documents, mean, parts = Path(sys.argv[1]), *map(int, sys.argv[2:])
logger.remove()


class Encoded:
    __slots__ = ("ids",)

    def __init__(self, ids):
        self.ids = ids


class StandIn:
    """Hands out tokens and counts the CPU time it takes."""

    def __init__(self):
        self.seconds, self.random = 0.0, np.random.default_rng(0)

    def get_vocab_size(self):
        return 50_000

    def encode_batch(self, texts):
        before = process_time()
        sizes = self.random.integers(1, 2 * mean, len(texts))
        values = self.random.integers(1, 50_000, int(sizes.sum())).tolist()
        ends = np.cumsum(sizes).tolist()
        found = [Encoded([*values[end - size : end], 0]) for end, size in zip(ends, sizes.tolist(), strict=True)]
        self.held = found, values  # so that the last lists, too, are freed on the tokenizer's account
        self.seconds += process_time() - before
        return found


stand_in, seconds = StandIn(), {}
document = Document(text="x", id="x")
before = process_time()
for rank in range(parts):
    step = DocumentTokenizer(f"{out}/tokens", "stand-in", eos_token=None, seed=rank)
    step.__dict__["tokenizer"] = stand_in
    step.run((document for _ in range(documents // parts)), rank, parts)
seconds["tokenizer's file and its shuffle"] = process_time() - before - stand_in.seconds
before = process_time()
DocumentTokenizerMerger(f"{out}/tokens", f"{out}/merged", "merged", seed=0, progress=False).run()
seconds["merger"] = process_time() - before
tokens = sum(path.stat().st_size for path in (out / "merged").glob("*.ds")) // 2
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
print(json.dumps({"seconds": seconds, "tokens": tokens, "peak_mb": peak}))
