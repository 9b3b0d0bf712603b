"""Works on pages as they were crawled: reads them, judges addresses and bytes, and extracts their text."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import pyarrow as pa

from curate.documents import SPANS, Documents
from curate.extract import DEFAULT_EXTRACTOR, DEFAULT_MARKUP, check_extractor, check_markup, extract_spans
from curate.extract.child_process import PageKilled, SandboxLimits
from curate.extract.sandbox import WARM_UP_PAGE, Sandbox
from curate.extract.sandbox import warm as warm_extractor
from curate.filters import consent, html
from curate.filters.url import UrlRules
from curate.filters.verdict import KEPT, Judgement, Rule, judge
from curate.protocol import Failure, Fate, Outcome
from curate.warc.pages import Limits


@dataclass(frozen=True, slots=True)
class Read:
    """Read pages from web archives, or texts from WET, Parquet and JSONL; the first stage of every recipe."""

    limits: Limits = Limits()
    name: ClassVar[str] = "read"
    judgement: ClassVar[Judgement] = Judgement(
        "the crawl and its servers: status, type and size", "what was not fetched is not here at all"
    )


@dataclass(frozen=True, slots=True)
class Urls:
    """Drop pages by their address alone."""

    rules: UrlRules
    name: ClassVar[str] = "url"
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ()
    edits: ClassVar[bool] = False
    judgement: ClassVar[Judgement] = Judgement(
        "this project's word lists and the lists you gave, in the order of RefinedWeb's rules",
        "addresses with innocent words that look like others; languages in which a listed word means something else",
    )

    @property
    def table(self) -> tuple[Rule, ...]:
        """The limits on addresses."""
        return self.rules.rules

    def __call__(self, documents: Documents) -> Outcome:
        """Judge each address."""
        return Outcome(documents, [self.rules(url) for url in documents.batch.column("url").to_pylist()])


@dataclass(frozen=True, slots=True)
class Prefilter:
    """Drop pages by their bytes, before anything is parsed, and note what their publishers asked for.

    Adds the columns `opt_outs` (what was asked, such as `noai`) and `licence`; texts that came without HTML pass.
    """

    rules: html.HtmlRules = html.quality
    consent: str = "off"
    name: ClassVar[str] = "prefilter"
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ()
    edits: ClassVar[bool] = False
    judgement: ClassVar[Judgement] = Judgement(
        "this project, by counting the language's commonest words in the bytes",
        "short pages, and pages whose words are in images or scripts",
    )

    @property
    def table(self) -> tuple[Rule, ...]:
        """The limits on bytes, then what publishers can ask for."""
        return (*self.rules.rules, *consent.rules_of(self.consent))

    def __call__(self, documents: Documents) -> Outcome:
        """Judge each page's bytes and read its opt-outs."""
        columns = (documents.batch.column(name).to_pylist() for name in ("html", "text", "charset", "robots", "tdm"))
        fates: list[Fate] = []
        found: list[consent.Consent] = []
        for page, text, charset, robots, tdm in zip(*columns, strict=True):
            asked = consent.read_consent(page or b"", x_robots_tag=robots or "", tdm=tdm or "")
            verdict = self.rules(page, charset=charset) if text is None else KEPT
            fates.append(verdict and consent.quality(asked, policy=self.consent))
            found.append(asked)
        documents = documents.with_column("opt_outs", pa.array([asked.opt_outs for asked in found], pa.string()))
        return Outcome(
            documents.with_column("licence", pa.array([asked.licence for asked in found], pa.string())), fates
        )


@dataclass(frozen=True, slots=True)
class Extract:
    """Turn HTML into main text in a killable child process; a page past `limits` is quarantined.

    `markup` is `plain`, or `markdown` for headings, lists, code and tables written as such. Raises UsageError for an
    unknown extractor or markup.
    """

    extractor: str = DEFAULT_EXTRACTOR
    min_text_chars: int = 1
    limits: SandboxLimits = SandboxLimits()
    markup: str = DEFAULT_MARKUP
    name: ClassVar[str] = "extract"
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ("text_chars", "expected_f1")
    makes_text: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Refuse an unknown extractor or markup with UsageError."""
        check_extractor(self.extractor)
        check_markup(self.markup)

    def __call__(self, documents: Documents) -> Outcome:
        """Extract every page that has no text yet, put the text in place of the HTML, and add the column `spans`."""
        columns = (documents.batch.column(name).to_pylist() for name in ("html", "text", "charset", "url"))
        sandbox = _sandbox(self.limits)
        spent = sandbox.cpu_seconds
        texts: list[str | None] = []
        spans: list[bytes | None] = []
        expected: list[float] = []
        seconds: list[float] = []
        fates: list[Fate] = []
        warm = False
        for page, text, charset, url in zip(*columns, strict=True):
            found, number, parts, fate = text, np.nan, None, None
            if text is None and not warm:
                self._warm(sandbox)
            before = sandbox.cpu_seconds
            try:
                if text is None:
                    warm = True
                    found, number, parts = sandbox.extract_spans(
                        page, charset=charset, url=url, extractor=self.extractor, markup=self.markup
                    )
            except PageKilled as killed:
                fate, warm = Failure(killed.kind, str(killed)), False
            seconds.append(sandbox.cpu_seconds - before if text is None else np.nan)
            texts.append(found)
            spans.append(parts)
            expected.append(number)
            fates.append(fate or judge({"text_chars": len(found or "")}, self.table))
        batch = documents.batch.drop_columns(["html", "robots", "tdm"])
        lengths = [np.nan if text is None else len(text) for text in texts]
        signals = {"text_chars": np.array(lengths, np.float64), "expected_f1": np.array(expected, np.float64)}
        done = Documents(batch).with_texts(texts).with_column(SPANS, pa.array(spans, pa.large_binary()))
        return Outcome(done, fates, signals, sandbox.cpu_seconds - spent, np.array(seconds, np.float64))

    def _warm(self, sandbox: Sandbox) -> None:
        """Have a child that has paid for its start, so that the next page's time is its own."""
        with suppress(PageKilled):
            sandbox.extract(WARM_UP_PAGE, extractor=self.extractor)

    def in_process(self, documents: Documents) -> Outcome:
        """Return what the stage does, in this process and without bounds, where a debugger can follow."""
        columns = (documents.batch.column(name).to_pylist() for name in ("html", "charset", "url"))
        pages = zip(*columns, strict=True)
        found = [
            extract_spans(page, charset=charset, url=url, extractor=self.extractor, markup=self.markup)
            for page, charset, url in pages
        ]
        lengths = [len(each.text) for each in found]
        fates = [judge({"text_chars": length}, self.table) for length in lengths]
        done = Documents(documents.batch.drop_columns(["html", "robots", "tdm"]))
        done = done.with_texts([each.text for each in found])
        done = done.with_column(SPANS, pa.array([each.spans for each in found], pa.large_binary()))
        return Outcome(done, fates, {"text_chars": np.array(lengths, np.float64)})

    @property
    def table(self) -> tuple[Rule, ...]:
        """The least number of characters."""
        return (Rule("text_chars", "min", self.min_text_chars, "there is too little main text"),)

    @property
    def judgement(self) -> Judgement:
        """Ours, or that of the library's authors."""
        ours = "this project's block model, taught by people's marks of main text on news, blogs and product pages"
        return Judgement(
            ours if self.extractor == "blocks" else f"the authors of the extractor {self.extractor}",
            "forums, tables, poems and menus that are the content",
        )

    def warm(self) -> None:
        """Compile the extractor, once for all workers of this machine."""
        warm_extractor(self.extractor)


@cache
def _sandbox(limits: SandboxLimits) -> Sandbox:
    """One warm child per worker process."""
    return Sandbox(limits)
