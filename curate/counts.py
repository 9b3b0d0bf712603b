"""Retention, folded from the markers of all splits: the same whatever ran now and what an earlier run had done."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curate.census import BYTES_PER_TOKEN, Census
from curate.errors import UsageError

CHOICES = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01)  # shares of the texts scored that a report shows the limits of
SITE_LOSS = "site_loss"  # the band, and the key in a report's totals
SLOWEST = 10  # pages named per stage

Slow = tuple[float, str, str]


@dataclass(slots=True)
class StageCount:
    """The counts of one stage: documents in and out, their size (characters, or bytes before extraction), and reasons.

    `dropped` counts documents by rule and `errors` by kind of failure. `census` counts the scores of a stage that
    ranks. `slowest` are (CPU seconds, id, address) of at most `SLOWEST` documents, slowest first.
    """

    docs_in: int = 0
    docs_out: int = 0
    chars_in: int = 0
    chars_out: int = 0
    seconds: float = 0.0
    dropped: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    slowest: list[Slow] = field(default_factory=list)
    census: Census = field(default_factory=Census)

    def add(self, other: "StageCount") -> None:
        """Add another count of the same stage."""
        self.docs_in += other.docs_in
        self.docs_out += other.docs_out
        self.chars_in += other.chars_in
        self.chars_out += other.chars_out
        self.seconds += other.seconds
        self.dropped.update(other.dropped)
        self.errors.update(other.errors)
        self.note_slow(other.slowest)
        self.census.add(other.census)

    def note_slow(self, found: Iterable[Slow]) -> None:
        """Keep the `SLOWEST` slowest of the known and the found documents; among equal times the lower id is kept."""
        self.slowest = sorted([*self.slowest, *found], key=lambda slow: (-slow[0], *slow[1:]))[:SLOWEST]

    def check(self, stage: str) -> None:
        """Raise AccountingError unless every document in came out, was dropped or failed."""
        lost = self.docs_in - self.docs_out - sum(self.dropped.values()) - sum(self.errors.values())
        if lost:
            raise AccountingError(f"accounting of stage {stage!r} is off by {lost}: {self}")


class AccountingError(AssertionError):
    """A page has disappeared or was counted twice; this is a bug of this program, never of the input."""


@dataclass(slots=True)
class Tally:
    """The counts of all stages and of reading over all tasks, and the inputs that are no archives, each with why.

    `textless` are inputs of which a split has rows, and none with a field `text`, each with the fields of the first.
    """

    stages: dict[str, StageCount]
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    peak_bytes: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    textless: dict[str, list[str]] = field(default_factory=dict)

    def check(self) -> None:
        """Raise AccountingError unless every stage adds up and takes in exactly what the one before let out."""
        before: tuple[str, StageCount] | None = None
        for name, count in self.stages.items():
            count.check(name)
            if before is not None and before[1].docs_out != count.docs_in:
                raise AccountingError(
                    f"{before[0]} let out {before[1].docs_out} documents but {name} took in {count.docs_in}"
                )
            before = name, count


def fold(stage_names: Sequence[str], markers: Iterable[Mapping[str, Any]]) -> Tally:
    """Add up the markers of segments and barriers; order does not matter, whole numbers are added."""
    tally = Tally({name: StageCount() for name in stage_names})
    for marker in markers:
        for name, stage in marker["stages"].items():
            tally.stages[name].add(stage_count(stage))
            tally.counts.setdefault(name, Counter()).update(stage.get("counts", {}))
        tally.read.update({key: value for key, value in marker.get("read", {}).items() if isinstance(value, int)})
        tally.records.update(marker.get("read", {}).get("records", {}))
        tally.peak_bytes = max(tally.peak_bytes, marker.get("peak_bytes", 0))
        tally.unreadable.update({each["name"]: each["error"] for each in marker.get("inputs", []) if each["error"]})
        tally.textless.update({each["name"]: each["fields"] for each in marker.get("inputs", []) if "fields" in each})
    return tally


def stage_count(stage: Mapping[str, Any]) -> StageCount:
    """A stage's count as a marker or report holds it; what is not there is zero."""
    numbers = {key: stage.get(key, 0) for key in ("docs_in", "docs_out", "chars_in", "chars_out", "seconds")}
    slowest = [(float(seconds), id_, url) for seconds, id_, url in stage.get("slowest", [])]
    dropped, errors = (Counter(stage.get(key, {})) for key in ("dropped", "errors"))
    census = Census.of(stage.get("census", []))
    return StageCount(**numbers, dropped=dropped, errors=errors, slowest=slowest, census=census)


def report(
    recipe: str, inputs: Mapping[str, Any], bytes_in: int, tally: Tally, text: Mapping[str, int], missing: Sequence[str]
) -> dict[str, Any]:
    """The report of a run as JSON; `inputs` lists them, `text` is what was written: docs, chars, bytes."""
    first = next(iter(tally.stages.values()))
    return {
        "recipe": recipe,
        **inputs,
        "stages": [_stage(name, count, tally.counts.get(name, {})) for name, count in tally.stages.items()],
        "totals": {
            "bytes_in": bytes_in,
            "records_in": first.docs_in,
            "warc_records": dict(sorted(tally.records.items())),
            "docs_out": text["docs"],
            "chars_out": text["chars"],
            "bytes_out": text["bytes"],
            "tokens_out": round(text["bytes"] / BYTES_PER_TOKEN),
            "survival_docs": _share(text["docs"], first.docs_in),
            "survival_bytes": _share(text["bytes"], bytes_in),
            "damaged_members": tally.read["damaged_members"],
            "bytes_skipped": tally.read["bytes_skipped"],
            "seconds": round(sum(count.seconds for count in tally.stages.values()), 3),
            "peak_worker_bytes": tally.peak_bytes,
        },
        "unreadable_inputs": dict(sorted(tally.unreadable.items())),
        "missing": list(missing),
    }


def _stage(name: str, count: StageCount, counts: Mapping[str, int]) -> dict[str, Any]:
    by_count = sorted(count.dropped.items(), key=lambda item: (-item[1], item[0]))
    return {
        "name": name,
        "docs_in": count.docs_in,
        "docs_out": count.docs_out,
        "chars_in": count.chars_in,
        "chars_out": count.chars_out,
        "seconds": round(count.seconds, 3),
        "dropped": dict(by_count),
        "errors": dict(sorted(count.errors.items())),
        **({"counts": dict(counts)} if counts else {}),
        **({"choices": _choices(count.census)} if count.census.docs else {}),
        **({"slowest": [list(page) for page in count.slowest]} if count.slowest else {}),
    }


def _choices(census: Census) -> list[dict[str, float]]:
    """Return what keeping less of the texts scored would keep, and how many worth having would go, by their scores."""
    limits = [(share, census.limit(share=share)) for share in CHOICES]
    return [
        {
            "share": share,
            "min_score": limit,
            "docs": census.kept(limit)[0],
            "tokens": round(census.kept(limit)[1] / BYTES_PER_TOKEN),
            "worthy_lost": round(census.expected(limit), 1),
        }
        for share, limit in limits
    ]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def implausible(found: Mapping[str, Any], expect: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return what of a report is outside the bands a recipe expects, a line each that names the commonest rules.

    A band is for `survival_docs`, `survival_bytes`, or `stage NAME`: the share of the documents that came to the stage
    which it let out; or for `site_loss`: the greatest share of its pages a site lost to duplicate removal, where that
    was counted. Bounds are plausible. Raises UsageError for a band of anything else.
    """
    lines = []
    for name, (low, high) in expect.items():
        share, stages = _expected(found, name)
        if share is not None and not low <= share <= high:
            which = f"{name} is {share:.2%}, expected {low:.2%} to {high:.2%}"
            why = _lost_most(found) if name == SITE_LOSS else f"most were removed by {_commonest(stages) or 'nothing'}"
            lines.append(f"{which}; {why}")
    return lines


def _expected(found: Mapping[str, Any], name: str) -> tuple[float | None, list[Mapping[str, Any]]]:
    """The share a band is for, None when nothing came that far, and the stages that decide it."""
    totals, stages = found["totals"], list(found["stages"])
    if name in ("survival_docs", "survival_bytes"):
        return totals[name] if totals["records_in"] else None, stages
    if name == SITE_LOSS:
        return totals[name]["share"] if name in totals else None, []
    mine = [stage for stage in stages if name == f"stage {stage['name']}"]
    if not mine:
        bands = ("survival_docs", "survival_bytes", SITE_LOSS, *(f"stage {stage['name']}" for stage in stages))
        raise UsageError(f"the recipe expects a share of {name!r}, and there is none; there are {', '.join(bands)}")
    return _share(mine[0]["docs_out"], mine[0]["docs_in"]) if mine[0]["docs_in"] else None, mine


def _lost_most(found: Mapping[str, Any]) -> str:
    loss = found["totals"][SITE_LOSS]
    return f"{loss['site']} lost {loss['lost']:,} of {loss['pages']:,} pages to {' and '.join(loss['removed_by'])}"


def _commonest(stages: Sequence[Mapping[str, Any]], shown: int = 3) -> str:
    reasons = [
        (count, f"{stage['name']} {rule}")
        for stage in stages
        for counts in (stage["dropped"], stage["errors"])
        for rule, count in counts.items()
    ]
    reasons.sort(key=lambda reason: (-reason[0], reason[1]))
    return ", ".join(f"{name} ({count:,})" for count, name in reasons[:shown])
