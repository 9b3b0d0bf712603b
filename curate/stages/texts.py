"""Stages on texts: language, rule sets, scores of models, personal data."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, TypeVar

import numpy as np
import pyarrow as pa

from classifiers.fasttext_model import ModelError
from classifiers.language import Identifier, identifier
from classifiers.names import ENTITY as PERSON
from classifiers.names import PersonNames, person_names
from curate.documents import Documents
from curate.errors import UsageError
from curate.flow import Outcome
from filters import pii
from filters.rule_set import RuleSet, TextEdit
from filters.verdict import KEPT, Verdict

MIN_KEY_BYTES = 16  # a shorter key can be guessed from a hash of it
_PII_ENTITIES = tuple(sorted(pii.ENTITIES | pii.OPTIONAL_ENTITIES))

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Language:
    """Keep texts in some languages (ISO 639-1 codes); the rule that drops a text names the language it is in.

    `model` is another fastText model by path, such as lid.176.ftz or GlotLID's, or a `classifiers.language.Identifier`.
    """

    keep: tuple[str, ...] = ("en",)
    min_probability: float = 0.65
    model: Identifier | str = Identifier()
    name: ClassVar[str] = "language"
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ("probability",)

    def __post_init__(self) -> None:
        """Refuse a model that cannot be read with UsageError."""
        if isinstance(self.model, str):
            object.__setattr__(self, "model", _usable(identifier, self.model))

    def check(self) -> None:
        """Load the model; UsageError when it is missing, damaged or another one."""
        _usable(self._identify, ["A text to load the model with."])

    def _identify(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        return self.model(texts) if isinstance(self.model, Identifier) else []

    def __call__(self, documents: Documents) -> Outcome:
        """Identify each text's language; adds the columns `language` and `language_probability`."""
        found = self._identify(documents.texts())
        documents = documents.with_column("language", pa.array([code for code, _ in found], pa.string()))
        probabilities = np.array([probability for _, probability in found], np.float64)
        documents = documents.with_column("language_probability", pa.array(probabilities.astype(np.float32)))
        fates = [self._judge(code, probability) for code, probability in found]
        return Outcome(documents, fates, {"probability": probabilities})

    def _judge(self, code: str, probability: float) -> Verdict:
        if code not in self.keep:
            return Verdict(f"language_{code}", probability, self.min_probability)
        kept = probability >= self.min_probability
        return KEPT if kept else Verdict("min_probability", probability, self.min_probability)


def _usable(use: Callable[[Given], Made], given: Given) -> Made:
    """What `use` makes of it; UsageError where a model is missing, damaged or another one."""
    try:
        return use(given)
    except ModelError as error:
        raise UsageError(str(error)) from error


def _check_model(score: Callable[[Sequence[str]], object]) -> None:
    _usable(score, ["A text to load the model with."])


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

    @property
    def signals(self) -> tuple[str, ...]:
        """Every number of the rule set, in its order."""
        return tuple(self.rules.signals(""))

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
    """Score texts with a model and keep those within a limit; the score becomes the column `name`.

    `chance` gives each document, by its id, a limit of its own, which its score has to be above: GPT-3's way to keep
    some of what a model likes less is `chance=quality.Pareto(9.0)`.
    """

    name: str
    score: Callable[[Sequence[str]], np.ndarray]
    min_score: float = 0.0
    max_score: float = 1.0
    chance: Callable[[Sequence[str]], np.ndarray] | None = None
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ("score",)

    def check(self) -> None:
        """Load the model; UsageError when it is missing, damaged or another one."""
        _check_model(self.score)

    def __call__(self, documents: Documents) -> Outcome:
        """Score all texts at once."""
        scores = self.score(documents.texts()).astype(np.float32)
        ids = documents.batch.column("id").to_pylist()
        chances = np.full(len(scores), -np.inf) if self.chance is None else self.chance(ids)
        fates = [self._judge(float(score), float(limit)) for score, limit in zip(scores, chances, strict=True)]
        return Outcome(documents.with_column(self.name, pa.array(scores)), fates, {"score": scores.astype(np.float64)})

    def _judge(self, score: float, chance: float = -np.inf) -> Verdict:
        if score < self.min_score:
            return Verdict("min_score", score, self.min_score)
        if score > self.max_score:
            return Verdict("max_score", score, self.max_score)
        return Verdict("chance", score, chance) if score <= chance else KEPT


@dataclass(frozen=True, slots=True)
class Redact:
    """Replace personal data and drop texts that hold too much of it (None: never); adds the column `pii_spans`.

    `mode` is `tag`, a tag of the type, `natural`, a placeholder such as an address under example.org, or `pseudonym`, a
    keyed tag that is the same for the same value wherever it stands. `scope` is `all`, or `persons` to leave alone what
    is an organisation's own contact. Of the `key`, 16 bytes or more, only a hash is ever written. `names` is the folder
    of a spaCy pipeline that finds the names of persons, or a `classifiers.names.PersonNames`.
    """

    max_pii_spans: int | None = 20
    entities: frozenset[str] = pii.ENTITIES
    regions: tuple[str, ...] = pii.REGIONS
    public_ips_only: bool = False
    scope: str = "all"
    mode: str = "tag"
    key: bytes = field(default=b"", repr=False)
    names: PersonNames | str | None = None
    name: ClassVar[str] = "pii"
    measures: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse an unknown entity or mode, a short key and a missing pipeline with UsageError."""
        if unknown := sorted(self.entities - pii.ENTITIES - pii.OPTIONAL_ENTITIES):
            raise UsageError(f"unknown PII entity {unknown[0]!r}; known are {', '.join(_PII_ENTITIES)}")
        if self.mode not in ("tag", "natural", "pseudonym"):
            raise UsageError(f"personal data can be replaced by 'tag', 'natural' or 'pseudonym', not {self.mode!r}")
        if self.scope not in pii.SCOPES:
            raise UsageError(f"personal data is looked for in scope 'all' or 'persons', not {self.scope!r}")
        if (self.mode != "pseudonym" and self.key) or (self.mode == "pseudonym" and len(self.key) < MIN_KEY_BYTES):
            raise UsageError(f"pseudonyms need a key of {MIN_KEY_BYTES} bytes or more, tags none")
        if isinstance(self.names, str):
            object.__setattr__(self, "names", _usable(person_names, self.names))

    @property
    def signals(self) -> tuple[str, ...]:
        """How much was found, of all and of each entity."""
        return ("spans", *sorted(self.entities), *((PERSON,) if self.names else ()))

    def check(self) -> None:
        """Load the spaCy pipeline, if there is one; UsageError when it cannot be used."""
        _usable(partial(pii.count, **self._options()), "Somebody's name.")

    def _options(self) -> pii.Options:
        recognizers = (self.names,) if isinstance(self.names, PersonNames) else ()
        return {
            "entities": self.entities, "regions": self.regions, "public_ips_only": self.public_ips_only,
            "scope": self.scope, "recognizers": recognizers,
        }  # fmt: skip

    def __call__(self, documents: Documents) -> Outcome:
        """Find the spans of each text, once, and replace them."""
        options = self._options()
        texts = documents.texts()
        found = [pii.find(text, **options) for text in texts]
        style = "natural" if self.mode == "natural" else "tag"
        redacted = [
            pii.redact(text, key=self.key, style=style, spans=spans, **options)
            for text, spans in zip(texts, found, strict=True)
        ]
        counts = [Counter(span.entity for span in spans) for spans in found]
        signals = {name: np.array([count[name] for count in counts], np.float64) for name in self.signals}
        signals["spans"] = np.array([len(spans) for spans in found], np.float64)
        documents = documents.with_texts(redacted).with_column("pii_spans", pa.array(map(len, found), pa.int32()))
        return Outcome(documents, [self._judge(len(spans)) for spans in found], signals)

    def _judge(self, spans: int) -> Verdict:
        dropped = self.max_pii_spans is not None and spans > self.max_pii_spans
        return Verdict("max_pii_spans", spans, self.max_pii_spans or 0) if dropped else KEPT
