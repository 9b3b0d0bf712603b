"""Names everything in the output folder of a run; no other file does."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

DATA, DROPPED, QUARANTINE, SIGNALS, CUT = "data", "dropped", "quarantine", "signals", "cut"
KINDS = (DATA, DROPPED, QUARANTINE, SIGNALS, CUT)
"""The folders of Parquet parts; the last is there only where a stage of the recipe cuts texts."""
ENDS = (DATA, DROPPED, QUARANTINE)
"""Where pages end: every page of a run is a row of exactly one of these."""
MIXED = (DATA, "control", "ledger")
"""What `curate mix` writes into."""
WORK = "work"
INPUT_PATHS = "inputs.json"
"""Where the inputs were, below `work/`: a manifest names no paths of a machine."""
FINISHED = "finished.json"
"""What the finished output is made of, below `work/`."""
APPLIED = "settings.json"
"""What `whatif --apply` had set in the recipe that is called by its name, below `work/`."""
AUDIT = "audit"
LOCK = ".lock"
LOG, OLD_LOG = "log.jsonl", "log.old.jsonl"
"""What `curate.engine.log` says of every task, with clocks; in no digest."""

MANIFEST = "manifest.json"
CHECKSUMS = "checksums.json"
REPORT = "report.json"
REPORT_PAGE = "report.html"
CHART = "survival.svg"
INDEX = "index.json"
INPUTS = "inputs.parquet"
TAKEDOWN = "takedown.json"
CARD, CROISSANT, TRAINING_CONTENT, COST = "README.md", "croissant.json", "training_content.md", "cost.md"
PAPERS = (CARD, CROISSANT, TRAINING_CONTENT, COST)


def parts(folder: Path) -> list[Path]:
    """The Parquet parts in one folder of a run, such as `OUT/data`, in order; those of a takedown come last."""
    return sorted(folder.glob("part-*.parquet"))


def digest_of(outputs: Iterable[Mapping[str, Any]]) -> str:
    """The digest of a run's output, over the digests of its parts in the order of the manifest."""
    return sha256("".join(item["sha256"] for item in outputs).encode()).hexdigest()
