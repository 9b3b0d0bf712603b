"""datatrove's four MinHash stages over a folder of JSON lines; run by bench/dedup.py with datatrove's own interpreter.

Prints, as one line of JSON, CPU seconds from process start to the end of imports and of each stage, and the addresses
of what was kept.
"""

import gzip
import json
import sys
from pathlib import Path
from time import process_time

from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.hashing import HashConfig

texts, out = sys.argv[1:]
hashing = MinhashConfig(
    hash_config=HashConfig(hash_fc="sha1", precision=64), num_buckets=14, hashes_per_bucket=8, n_grams=5
)
seconds = {"imports": process_time()}


def run(name, *steps, tasks=1):
    before = process_time()
    LocalPipelineExecutor(pipeline=list(steps), tasks=tasks, workers=1, logging_dir=f"{out}/logs/{name}").run()
    seconds[name] = process_time() - before


run("signatures", JsonlReader(texts), MinhashDedupSignature(f"{out}/signatures", config=hashing))
run("buckets", MinhashDedupBuckets(f"{out}/signatures", f"{out}/buckets", config=hashing), tasks=hashing.num_buckets)
run("cluster", MinhashDedupCluster(f"{out}/buckets", f"{out}/removed", config=hashing))
run("filter", JsonlReader(texts), MinhashDedupFilter(f"{out}/removed"), JsonlWriter(f"{out}/kept"))
kept = []
for path in Path(out, "kept").iterdir():
    with gzip.open(path) as lines:
        kept += [json.loads(line)["id"] for line in lines]
print(json.dumps({"seconds": seconds, "kept": kept}))
