"""datatrove's FineWeb recipe on one WARC; run by bench/pipeline.py with the interpreter of datatrove's own environment.

One deviation: the language model of the recipe has to be downloaded, so resiliparse's detector stands in for it.
"""

import sys
from pathlib import Path

from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    LambdaFilter,
    URLFilter,
)
from datatrove.pipeline.formatters import PIIFormatter
from datatrove.pipeline.readers import JsonlReader, WarcReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.hashing import HashConfig
from resiliparse.parse.lang import detect_fast

warc, out = Path(sys.argv[1]).resolve(), sys.argv[2]
hashing = MinhashConfig(
    hash_config=HashConfig(hash_fc="sha1", precision=64), num_buckets=14, hashes_per_bucket=8, n_grams=5
)


def run(name, *steps, tasks=1):
    LocalPipelineExecutor(pipeline=list(steps), tasks=tasks, workers=1, logging_dir=f"{out}/logs/{name}").run()


run(
    "filter",
    WarcReader(str(warc.parent), glob_pattern=warc.name, default_metadata={"dump": "bench"}),
    URLFilter(),
    Trafilatura(favour_precision=True, timeout=1.0),
    LambdaFilter(lambda document: detect_fast(document.text)[0] == "en"),
    GopherRepetitionFilter(),
    GopherQualityFilter(),
    C4QualityFilter(filter_no_terminal_punct=False),
    FineWebQualityFilter(),
    JsonlWriter(f"{out}/filtered"),
)
run("signatures", JsonlReader(f"{out}/filtered"), MinhashDedupSignature(f"{out}/signatures", config=hashing))
run("buckets", MinhashDedupBuckets(f"{out}/signatures", f"{out}/buckets", config=hashing), tasks=hashing.num_buckets)
run("cluster", MinhashDedupCluster(f"{out}/buckets", f"{out}/removed", config=hashing))
run(
    "dedup",
    JsonlReader(f"{out}/filtered"),
    MinhashDedupFilter(f"{out}/removed"),
    PIIFormatter(),
    JsonlWriter(f"{out}/kept"),
)
