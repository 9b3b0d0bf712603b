"""Stages on pages as they were crawled: addresses, bytes, and the step from HTML to text."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import pyarrow as pa

from curate.documents import Documents
from curate.extract import DEFAULT_EXTRACTOR, check_extractor
from curate.flow import Failure, Fate, Outcome
from curate.sandbox import WARM_UP_PAGE, PageKilled, Sandbox, SandboxLimits
from curate.warc import Limits
from filters import consent, html
from filters.url import UrlRules
from filters.verdict import KEPT, Verdict


@dataclass(frozen=True, slots=True)
class Read:
    """Read pages from web archives, or texts from WET, Parquet and JSONL; the first stage of every recipe."""

    limits: Limits = Limits()
    name: ClassVar[str] = "read"


@dataclass(frozen=True, slots=True)
class Urls:
    """Drop pages by their address alone."""

    rules: UrlRules
    name: ClassVar[str] = "url"
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ()

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
    """Turn HTML into main text in a killable child process; a page past `limits` is quarantined."""

    extractor: str = DEFAULT_EXTRACTOR
    min_text_chars: int = 1
    limits: SandboxLimits = SandboxLimits()
    name: ClassVar[str] = "extract"
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ("text_chars", "expected_f1")

    def __post_init__(self) -> None:
        """Refuse an unknown extractor with UsageError."""
        check_extractor(self.extractor)

    def __call__(self, documents: Documents) -> Outcome:
        """Extract every page that has no text yet, and put the text in place of the HTML."""
        columns = (documents.batch.column(name).to_pylist() for name in ("html", "text", "charset", "url"))
        sandbox = _sandbox(self.limits)
        spent = sandbox.cpu_seconds
        texts: list[str | None] = []
        expected: list[float] = []
        seconds: list[float] = []
        fates: list[Fate] = []
        warm = False
        for page, text, charset, url in zip(*columns, strict=True):
            found, number, fate = text, np.nan, None
            if text is None and not warm:
                self._warm(sandbox)
            before = sandbox.cpu_seconds
            try:
                if text is None:
                    warm = True
                    found, number = sandbox.extract_scored(page, charset=charset, url=url, extractor=self.extractor)
            except PageKilled as killed:
                fate, warm = Failure(killed.kind, str(killed)), False
            seconds.append(sandbox.cpu_seconds - before if text is None else np.nan)
            texts.append(found)
            expected.append(number)
            fates.append(fate or self._judge(found or ""))
        batch = documents.batch.drop_columns(["html", "robots", "tdm"])
        lengths = [np.nan if text is None else len(text) for text in texts]
        signals = {"text_chars": np.array(lengths, np.float64), "expected_f1": np.array(expected, np.float64)}
        done = Documents(batch).with_texts(texts)
        return Outcome(done, fates, signals, sandbox.cpu_seconds - spent, np.array(seconds, np.float64))

    def _warm(self, sandbox: Sandbox) -> None:
        """Have a child that has paid for its start, so that the next page's time is its own."""
        with suppress(PageKilled):
            sandbox.extract(WARM_UP_PAGE, extractor=self.extractor)

    def _judge(self, text: str) -> Verdict:
        short = len(text) < self.min_text_chars
        return Verdict("min_text_chars", len(text), self.min_text_chars) if short else KEPT


@cache
def _sandbox(limits: SandboxLimits) -> Sandbox:
    """One warm child per worker process."""
    return Sandbox(limits)
