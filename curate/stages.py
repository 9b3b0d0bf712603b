"""The verbs recipes are written in: each a frozen dataclass of what it does and its limits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from curate.dedup import Matches, content_hash, exact_duplicates, verified_duplicates
from curate.documents import Documents
from curate.errors import UsageError
from curate.extract import DEFAULT_EXTRACTOR, check_extractor
from curate.flow import Failure, Fate, Outcome
from curate.minhash import MinHash
from curate.sandbox import PageKilled, Sandbox, SandboxLimits
from curate.warc import Limits
from filters import consent, html, pii
from filters.rule_set import RuleSet, TextEdit
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

    def __post_init__(self) -> None:
        """Refuse an unknown extractor with UsageError."""
        check_extractor(self.extractor)

    def __call__(self, documents: Documents) -> Outcome:
        """Extract every page that has no text yet, and put the text in place of the HTML."""
        columns = (documents.batch.column(name).to_pylist() for name in ("html", "text", "charset", "url"))
        sandbox = _sandbox(self.limits)
        spent = sandbox.cpu_seconds
        texts: list[str | None] = []
        fates: list[Fate] = []
        for page, text, charset, url in zip(*columns, strict=True):
            try:
                extracted = text
                if text is None:
                    extracted = sandbox.extract(page, charset=charset, url=url, extractor=self.extractor)
            except PageKilled as killed:
                texts.append(None)
                fates.append(Failure(killed.kind, str(killed)))
                continue
            texts.append(extracted)
            short = len(extracted or "") < self.min_text_chars
            fates.append(Verdict("min_text_chars", len(extracted or ""), self.min_text_chars) if short else KEPT)
        batch = documents.batch.drop_columns(["html", "robots", "tdm"])
        return Outcome(Documents(batch).with_texts(texts), fates, child_seconds=sandbox.cpu_seconds - spent)


@cache
def _sandbox(limits: SandboxLimits) -> Sandbox:
    """One warm child per worker process."""
    return Sandbox(limits)


@dataclass(frozen=True, slots=True)
class Language:
    """Keep texts in some languages (ISO 639-1 codes); the rule that drops a text names the language it is in."""

    keep: tuple[str, ...] = ("en",)
    min_probability: float = 0.65
    name: ClassVar[str] = "language"
    measures: ClassVar[bool] = False

    def check(self) -> None:
        """Load the model; UsageError when it is missing, damaged or another one."""
        from classifiers import language

        _check_model(language.identify_many)

    def __call__(self, documents: Documents) -> Outcome:
        """Identify each text's language; adds the columns `language` and `language_probability`."""
        from classifiers import language

        found = language.identify_many(documents.texts())
        documents = documents.with_column("language", pa.array([code for code, _ in found], pa.string()))
        probabilities = pa.array([probability for _, probability in found], pa.float32())
        documents = documents.with_column("language_probability", probabilities)
        return Outcome(documents, [self._judge(code, probability) for code, probability in found])

    def _judge(self, code: str, probability: float) -> Verdict:
        if code not in self.keep:
            return Verdict(f"language_{code}", probability, self.min_probability)
        kept = probability >= self.min_probability
        return KEPT if kept else Verdict("min_probability", probability, self.min_probability)


def _check_model(score: Callable[[Sequence[str]], object]) -> None:
    from classifiers.fasttext_model import ModelError

    try:
        score(["A text to load the model with."])
    except ModelError as error:
        raise UsageError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Rules:
    """Judge texts by a published rule set, then, where it also edits, put the edited text in place."""

    rules: RuleSet[Any]
    edit: TextEdit[Any] | None = None
    measures: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The rule set's name."""
        return self.rules.name

    def __call__(self, documents: Documents) -> Outcome:
        """Measure and judge each text; every signal goes to the outcome."""
        documents = documents.with_views()
        measured = [self.rules.signals(view) for view in documents.views or ()]
        fates = [self.rules.judge(signals) for signals in measured]
        names = measured[0] if measured else ()
        signals = {name: np.array([row[name] for row in measured], np.float64) for name in names}
        if self.edit is not None:
            documents = documents.with_views_of([self.edit.view(view) for view in documents.views or ()])
        return Outcome(documents, fates, signals)


@dataclass(frozen=True, slots=True)
class Score:
    """Score texts with a model and keep those within a limit; the score becomes the column `name`."""

    name: str
    score: Callable[[Sequence[str]], np.ndarray]
    min_score: float = 0.0
    max_score: float = 1.0
    measures: ClassVar[bool] = False

    def check(self) -> None:
        """Load the model; UsageError when it is missing, damaged or another one."""
        _check_model(self.score)

    def __call__(self, documents: Documents) -> Outcome:
        """Score all texts at once."""
        scores = self.score(documents.texts()).astype(np.float32)
        return Outcome(documents.with_column(self.name, pa.array(scores)), [self._judge(float(s)) for s in scores])

    def _judge(self, score: float) -> Verdict:
        if score < self.min_score:
            return Verdict("min_score", score, self.min_score)
        return Verdict("max_score", score, self.max_score) if score > self.max_score else KEPT


@dataclass(frozen=True, slots=True)
class Redact:
    """Replace personal data by type tags and drop texts that hold too much of it (None: never); adds `pii_spans`."""

    max_pii_spans: int | None = 20
    entities: frozenset[str] = pii.ENTITIES
    regions: tuple[str, ...] = pii.REGIONS
    name: ClassVar[str] = "pii"
    measures: ClassVar[bool] = False

    def __call__(self, documents: Documents) -> Outcome:
        """Find and redact the spans of each text."""
        what = {"entities": self.entities, "regions": self.regions}
        texts = documents.texts()
        found = [len(pii.find(text, **what)) for text in texts]  # type: ignore[arg-type]
        redacted = [pii.redact(text, **what) if spans else text for text, spans in zip(texts, found, strict=True)]  # type: ignore[arg-type]
        documents = documents.with_texts(redacted).with_column("pii_spans", pa.array(found, pa.int32()))
        return Outcome(documents, [self._judge(spans) for spans in found])

    def _judge(self, spans: int) -> Verdict:
        dropped = self.max_pii_spans is not None and spans > self.max_pii_spans
        return Verdict("max_pii_spans", spans, self.max_pii_spans or 0) if dropped else KEPT


@runtime_checkable
class Barrier(Protocol):
    """A stage that must see all documents: it leaves a key per document and resolves the keys of all at once."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    @property
    def rule(self) -> str:
        """The rule of its drops."""
        ...

    @property
    def threshold(self) -> float:
        """The similarity from which a document is a duplicate; the limit of its drops."""
        ...

    def keys(self, documents: Documents) -> pa.Array:
        """One fixed-size binary key per document."""
        ...

    def resolve(self, keys: pa.Array, ranks: np.ndarray, load: Callable[[np.ndarray], Sequence[str]]) -> Matches:
        """Match documents by their keys; `load` gives the texts at some indices, lower ranks are kept."""
        ...


@dataclass(frozen=True, slots=True)
class ExactDuplicates:
    """Keep the earliest of documents whose normalised text is the same."""

    name: ClassVar[str] = "dedup_exact"
    rule: ClassVar[str] = "same_text"
    threshold: ClassVar[float] = 1.0

    def keys(self, documents: Documents) -> pa.Array:
        """A 128-bit hash of each normalised text."""
        return pa.array([content_hash(text) for text in documents.texts()], pa.binary(16))

    def resolve(self, keys: pa.Array, ranks: np.ndarray, load: Callable[[np.ndarray], Sequence[str]]) -> Matches:
        """Documents with one hash are one document."""
        representative = exact_duplicates(keys.to_pylist(), ranks)
        return Matches(representative, np.ones(len(ranks)), {})


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Drop a document whose shingle sets' Jaccard similarity with a kept earlier one reaches the threshold."""

    threshold: float = 0.8
    settings: MinHash = MinHash()
    name: ClassVar[str] = "dedup_near"
    rule: ClassVar[str] = "max_jaccard"

    def keys(self, documents: Documents) -> pa.Array:
        """The band keys of each text's MinHash signature, as bytes."""
        from curate.minhash import band_keys, signatures

        keys = band_keys(signatures(documents.texts(), self.settings), self.settings)
        width = self.settings.bands * 8
        return pa.array([row.tobytes() for row in keys.astype("<u8")], pa.binary(width))

    def resolve(self, keys: pa.Array, ranks: np.ndarray, load: Callable[[np.ndarray], Sequence[str]]) -> Matches:
        """Candidates share a band; a duplicate is verified on the texts."""
        joined = b"".join(keys.to_pylist())
        bands = np.frombuffer(joined, "<u8").reshape(len(ranks), self.settings.bands)
        return verified_duplicates(bands, ranks, load, settings=self.settings, threshold=self.threshold)
