"""What the parts of a text are travels with it: to rules, to dropped rows, and away when the text is edited."""

import numpy as np
import pyarrow as pa

from curate.counts import StageCount
from curate.documents import PAGES, SPANS, Documents
from curate.engine.flow import flow
from curate.filters import gopher
from curate.filters.spans import Kind, unpack
from curate.stages import Extract, Redact, Rules

SENTENCE = "The mill stood at the bend of the river, and the farmers would come with their grain to have it ground. "
CODE = "x = f(x)\n" * 60
HTML = f"<article><h1>Mills</h1><p>{SENTENCE * 3}</p><pre>{CODE}</pre><p>{SENTENCE}</p></article>"


class Sink:
    """Keeps every row it is given."""

    def __init__(self) -> None:
        self.drops: list[dict] = []
        self.signals: list[dict] = []

    def dropped(self, rows: pa.RecordBatch) -> None:
        self.drops += rows.to_pylist()

    def quarantined(self, rows: pa.RecordBatch) -> None:
        raise AssertionError(rows.to_pylist())

    def measured(self, rows: pa.RecordBatch) -> None:
        self.signals += rows.to_pylist()


def page(html: str | None, text: str | None = None) -> Documents:
    row = {"id": "0", "url": "https://e.example/", "charset": "utf-8", "robots": "", "tdm": "", "text": text}
    return Documents(pa.RecordBatch.from_pylist([row | {"html": html and html.encode()}], PAGES))


def run(documents: Documents, *stages) -> tuple[Documents, Sink]:
    sink = Sink()
    return flow(documents, stages, {stage.name: StageCount() for stage in stages}, sink), sink


def test_rules_count_the_prose_of_an_extracted_page() -> None:
    """The words of the listing are not among the words that are counted, and the spans are those of the text."""
    rules = Rules(gopher.quality.with_dialect("measured"))
    kept, sink = run(page(HTML), Extract(markup="markdown"), rules)
    assert sink.signals[0]["gopher.quality.words"] == 85  # four sentences of 21 words, and the heading
    text, spans = kept.texts()[0], unpack(kept.batch.column(SPANS)[0].as_py())
    code = next(span for span in spans if span.kind == Kind.CODE)
    assert text[code.start : code.end].count("x = f(x)") == 60


def test_a_dropped_row_keeps_its_spans_so_that_it_is_measured_alike_later() -> None:
    """What is re-read from dropped/ gives the numbers that dropped it."""
    rules = Rules(gopher.quality.with_dialect("measured").with_limits(min_words=90))
    _, sink = run(page(HTML), Extract(markup="markdown"), rules)
    (row,) = sink.drops
    assert (row["rule"], row["value"]) == ("min_words", 85)
    again = Documents(pa.RecordBatch.from_pylist([{name: row[name] for name in ("id", "text", SPANS)}]))
    assert rules(again).fates[0] == rules.rules.judge({**rules(again).signals, "words": 85.0})
    assert rules(again).signals["words"].tolist() == [85]


def test_a_text_that_came_as_text_is_prose() -> None:
    """Nobody knows the parts of a text that was not extracted here: all of it counts."""
    text = SENTENCE * 3 + "\n\n```\nx = f(x)\n```"
    kept, _ = run(page(None, text), Extract())
    assert kept.batch.column(SPANS).null_count == 1
    found = gopher.quality.with_dialect("measured").signals(text)
    assert Rules(gopher.quality.with_dialect("measured"))(kept).signals["words"].tolist() == [found["words"]]


def test_the_spans_of_an_edited_text_go() -> None:
    """Offsets into a text that is no longer there would be wrong; those of a text left alone stay."""
    for html, known in ((HTML, 1), (HTML.replace("ground. </p>", "ground. Write to jo@brook.org.</p>"), 0)):
        kept, _ = run(page(html), Extract(), Redact())
        assert ("<EMAIL_ADDRESS>" in kept.texts()[0]) is not known or known
        assert len(kept.batch) - kept.batch.column(SPANS).null_count == known


def test_documents_without_the_column_are_as_they_were() -> None:
    """A batch that never met extraction has no such column, and edits do not add it."""
    documents = Documents(pa.RecordBatch.from_pylist([{"text": "a"}]))
    assert SPANS not in documents.with_texts(["b"]).batch.schema.names
    assert documents.with_views().views[0].prose.text == "a"
    assert documents.take(np.array([0])).texts() == ["a"]
