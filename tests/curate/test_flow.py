"""Accounting of documents through stages: kept, dropped or quarantined, never lost."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from curate.counts import SLOWEST, AccountingError, StageCount
from curate.documents import PAGES, Documents
from curate.engine.flow import Failure, Outcome, flow
from curate.filters.verdict import KEPT, Verdict


def documents(*texts: str) -> Documents:
    """Documents with these texts and ids 0, 1, 2 ..."""
    rows = [
        {"id": str(i), "url": f"https://e.example/{i}", "date": "", "warc_path": "w", "warc_offset": i, "text": text}
        for i, text in enumerate(texts)
    ]
    return Documents(pa.RecordBatch.from_pylist(rows, PAGES.remove(PAGES.get_field_index("html"))))


@dataclass(frozen=True)
class MinChars:
    """Drops short texts and breaks on one word."""

    name: str
    min_chars: int
    breaks_on: str = "\0"
    measures: bool = False
    signals: tuple[str, ...] = ("chars",)

    def __call__(self, documents: Documents) -> Outcome:
        texts = documents.texts()
        if any(self.breaks_on in text for text in texts):
            raise ValueError(f"met {self.breaks_on}")
        lengths = np.array([len(text) for text in texts], np.float64)
        fates = [KEPT if n >= self.min_chars else Verdict("min_chars", n, self.min_chars) for n in lengths]
        return Outcome(documents, fates, {"chars": lengths})


class Sink:
    """Keeps every row it is given."""

    def __init__(self) -> None:
        self.drops: list[dict] = []
        self.failures: list[dict] = []
        self.signals: list[dict] = []

    def dropped(self, rows: pa.RecordBatch) -> None:
        self.drops += rows.to_pylist()

    def quarantined(self, rows: pa.RecordBatch) -> None:
        self.failures += rows.to_pylist()

    def measured(self, rows: pa.RecordBatch) -> None:
        self.signals += rows.to_pylist()


def sent(documents: Documents, *stages: MinChars, keep_text: bool = True):
    counts, sink = {stage.name: StageCount() for stage in stages}, Sink()
    kept = flow(documents, stages, counts, sink, keep_text=keep_text)
    for name, count in counts.items():
        count.check(name)
    return kept, counts, sink


def test_each_document_is_kept_or_dropped_with_the_first_rule_it_breaks():
    """A dropped row names stage, rule, value and limit and holds the text as it was."""
    kept, counts, sink = sent(documents("a", "bb", "ccc"), MinChars("two", 2), MinChars("three", 3))
    assert kept.texts() == ["ccc"]
    assert [(row["id"], row["stage"], row["value"], row["limit"], row["text"]) for row in sink.drops] == [
        ("0", "two", 1, 2, "a"),
        ("1", "three", 2, 3, "bb"),
    ]
    assert (counts["two"].docs_in, counts["two"].docs_out, counts["three"].docs_in) == (3, 2, 2)
    assert (counts["two"].chars_in, counts["two"].chars_out, counts["three"].chars_out) == (6, 5, 3)


def test_a_document_that_breaks_a_stage_costs_only_itself():
    """One exception in a batch quarantines one document with what it was and why."""
    kept, counts, sink = sent(documents("fine", "poison", "good"), MinChars("stage", 2, breaks_on="poison"))
    assert kept.texts() == ["fine", "good"]
    [failure] = sink.failures
    assert (failure["id"], failure["kind"], failure["detail"]) == ("1", "ValueError", "met poison")
    assert failure["raw"] == b"poison"
    assert counts["stage"].errors == {"ValueError": 1}


def test_measuring_stages_measure_what_earlier_ones_dropped():
    """Signals of a row of measuring stages are known for kept and dropped alike; fates count once."""
    first, second = MinChars("first", 2, measures=True), MinChars("second", 3, measures=True)
    kept, counts, sink = sent(documents("a", "bb", "ccc"), first, second)
    assert kept.texts() == ["ccc"]
    assert [(row["first.chars"], row["second.chars"]) for row in sink.signals] == [(1, 1), (2, 2), (3, 3)]
    assert [row["stage"] for row in sink.drops] == ["first", "second"]
    assert counts["second"].docs_in == 2


def test_one_row_of_signals_per_document_with_all_that_was_measured():
    """What a deciding stage dropped is still measured by later measuring stages, not by later deciding ones."""
    stages = (MinChars("a", 2), MinChars("b", 3), MinChars("c", 0, measures=True), MinChars("d", 0))
    _, counts, sink = sent(documents("1", "22", "333"), *stages)
    names = [f"{name}.chars" for name in "abcd"]
    rows = {row["id"]: [row.get(name) for name in names] for row in sink.signals}
    assert rows == {"0": [1, None, 1, None], "1": [2, 2, 2, None], "2": [3, 3, 3, 3]}
    assert len(sink.signals) == 3
    assert counts["c"].docs_in == 1


def test_text_of_dropped_documents_can_be_switched_off():
    """Without text the verdict is still there."""
    _, _, sink = sent(documents("a"), MinChars("two", 2), keep_text=False)
    assert sink.drops[0]["text"] is None
    assert sink.drops[0]["rule"] == "min_chars"


def test_a_lost_document_is_a_loud_error():
    """A count that does not add up raises."""
    with pytest.raises(AccountingError, match="off by 1"):
        StageCount(docs_in=3, docs_out=2).check("stage")


def test_a_failure_a_stage_reports_itself_is_quarantined_by_its_kind():
    """Stages that isolate documents themselves, such as extraction, say what happened."""

    @dataclass(frozen=True)
    class Breaks:
        name: str = "breaks"
        measures: bool = False
        signals: tuple[str, ...] = ()

        def __call__(self, documents: Documents) -> Outcome:
            return Outcome(documents, [Failure("cpu_limit", "10 s")] * len(documents))

    kept, counts, sink = sent(documents("a", "b"), Breaks())
    assert len(kept) == 0
    assert counts["breaks"].errors == {"cpu_limit": 2}
    assert {row["kind"] for row in sink.failures} == {"cpu_limit"}


@dataclass(frozen=True)
class Timed:
    """Says each text is as many seconds slow as its number; NaN for the text `nan`, and breaks on `poison`."""

    name: str = "timed"
    measures: bool = False
    signals: tuple[str, ...] = ()

    def __call__(self, documents: Documents) -> Outcome:
        if "poison" in documents.texts():
            raise ValueError("met poison")
        seconds = np.array([float(text) for text in documents.texts()])
        return Outcome(documents, [KEPT if n < 50 else Verdict("slow", n, 50) for n in seconds], page_seconds=seconds)


def test_the_slowest_documents_are_named_whatever_became_of_them():
    """Kept and dropped alike, slowest first; one that was not measured or broke the stage is not among them."""
    _, counts, sink = sent(documents("3", "60", "nan", "poison", "7"), Timed(), MinChars("after", 1))
    assert counts["timed"].slowest == [
        (60.0, "1", "https://e.example/1"),
        (7.0, "4", "https://e.example/4"),
        (3.0, "0", "https://e.example/0"),
    ]
    assert counts["after"].slowest == []
    assert not [name for row in (*sink.drops, *sink.failures, *sink.signals) for name in row if "seconds" in name]


def test_the_slowest_of_many_counts_do_not_depend_on_the_order_they_are_added_in():
    """Ten of thirty are left, of equal ones those with the lower id."""
    found = [(float(n % 12), f"{n:02}", f"u{n}") for n in range(30)]
    pieces = [found[start : start + 7] for start in range(0, 30, 7)]
    results = []
    for order in (pieces, pieces[::-1]):
        whole = StageCount()
        for piece in order:
            one = StageCount()
            one.note_slow(piece)
            whole.add(one)
        results.append(whole.slowest)
    assert results[0] == results[1]
    ids = [id_ for _, id_, _ in results[0]]
    # Seconds 11 and 10 twice each, 9, 8, 7 and 6 twice each: 5, 4 ... come thrice and are too fast.
    assert ids == ["11", "23", "10", "22", "09", "21", "08", "20", "07", "19"]
    assert len(ids) == SLOWEST
