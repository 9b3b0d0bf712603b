"""Numbers what became of each page of a run, so that fates can be looked up, counted and compared in bulk."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.folder import DROPPED, QUARANTINE, parts

ROWS = 1 << 16
KEPT = 0  # the number of the reason that is none
BEFORE = -1  # the place of what is no stage of the recipe, such as a takedown: its pages left no signals


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Where a page ended: the place of the stage in the recipe, and the rule, or the kind of failure.

    A page that was kept ended behind the last stage, by no rule.
    """

    place: int
    rule: str = ""
    failed: bool = False


@dataclass(slots=True)
class Reasons:
    """Reasons by number; 0 is that of the kept pages."""

    stages: Sequence[str]
    listed: list[Reason] = field(default_factory=list)
    _numbers: dict[Reason, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with the reason of the kept."""
        self.number(Reason(len(self.stages)))

    def number(self, reason: Reason) -> int:
        """The number of a reason, a new one where it has not been met."""
        if reason not in self._numbers:
            self._numbers[reason] = len(self.listed)
            self.listed.append(reason)
        return self._numbers[reason]

    def numbers(self, place: int, rules: Sequence[str], codes: np.ndarray) -> np.ndarray:
        """The numbers (int32) of `rules[codes]` at one stage; the rule "" is that of the kept."""
        of_rule = [self.number(Reason(place, rule)) if rule else KEPT for rule in rules]
        return np.array(of_rule, np.int32)[codes]

    @property
    def places(self) -> np.ndarray:
        """The place of each reason, int64, by its number."""
        return np.array([reason.place for reason in self.listed], np.int64)

    @property
    def failed(self) -> np.ndarray:
        """Return whether each reason is a failure, by its number."""
        return np.array([reason.failed for reason in self.listed], bool)


@dataclass(frozen=True, slots=True)
class Fates:
    """The reasons of all pages that a run dropped or quarantined: 12 bytes a page, sorted by key."""

    keys: np.ndarray
    numbers: np.ndarray

    def of(self, keys: np.ndarray) -> np.ndarray:
        """The number (int32) of each page's reason; `KEPT` for a page that was not removed."""
        found, places = find(self.keys, keys)
        numbers = np.full(len(keys), KEPT, np.int32)
        numbers[found] = self.numbers[places[found]]
        return numbers


def keys_of(ids: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """The first 64 bits of each id as uint64; pages of one run that share them are one in 10^19 pairs."""
    return np.frombuffer(bytes.fromhex("".join(ids.to_pylist())), ">u8")[::2].astype(np.uint64)


def find(among: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each wanted key whether it is among sorted ones, and the place where it is or would be."""
    places = np.minimum(np.searchsorted(among, wanted), max(len(among) - 1, 0))
    return (among[places] == wanted if len(among) else np.zeros(len(wanted), bool)), places


def read_fates(out: Path, reasons: Reasons, first: int) -> Fates:
    """The reasons of the pages that stages from place `first` on removed in a run; `reasons` gets those it lacks."""
    keys, numbers = [np.zeros(0, np.uint64)], [np.zeros(0, np.int32)]
    for folder, column in ((DROPPED, "rule"), (QUARANTINE, "kind")):
        for batch in batches(out / folder, ["id", "stage", column]):
            found = _numbers(batch, column, reasons)
            late = reasons.places[found] >= first
            keys.append(keys_of(batch.column("id").filter(pa.array(late))))
            numbers.append(found[late])
    joined = np.concatenate(keys)
    order = np.argsort(joined)
    return Fates(joined[order], np.concatenate(numbers)[order])


def _numbers(batch: pa.RecordBatch, column: str, reasons: Reasons) -> np.ndarray:
    stages, rules = (batch.column(name).dictionary_encode() for name in ("stage", column))
    pairs = np.asarray(stages.indices).astype(np.int64) * max(len(rules.dictionary), 1) + np.asarray(rules.indices)
    known, inverse = np.unique(pairs, return_inverse=True)
    numbers = []
    for pair in known.tolist():
        stage, rule = divmod(pair, len(rules.dictionary))
        name = stages.dictionary[stage].as_py()
        place = list(reasons.stages).index(name) if name in reasons.stages else BEFORE
        numbers.append(reasons.number(Reason(place, rules.dictionary[rule].as_py(), failed=column == "kind")))
    return np.array(numbers, np.int32)[inverse]


def batches(folder: Path, columns: Iterable[str]) -> Iterator[pa.RecordBatch]:
    """The rows of a folder of a run, some columns of them; those a part does not have are left out."""
    for path in parts(folder):
        file = pq.ParquetFile(path)
        held = [name for name in columns if name in file.schema_arrow.names]
        yield from file.iter_batches(ROWS, columns=held)


def rows_with(folder: Path, keys: np.ndarray, columns: Sequence[str]) -> Iterator[pa.Table]:
    """The rows whose keys are among some, sorted ones, a row group at a time; only groups that hold any are read."""
    if not len(keys):
        return
    for path in parts(folder):
        file = pq.ParquetFile(path)
        wanted = np.flatnonzero(find(keys, keys_of(file.read(["id"])["id"]))[0])
        starts = np.cumsum([0, *(file.metadata.row_group(i).num_rows for i in range(file.num_row_groups))])
        for group in np.unique(np.searchsorted(starts, wanted, side="right") - 1).tolist():
            here = wanted[(wanted >= starts[group]) & (wanted < starts[group + 1])] - starts[group]
            yield file.read_row_group(group, columns=list(columns)).take(pa.array(here))
