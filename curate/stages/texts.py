"""Works on texts: language, rule sets, personal data."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from curate.classifiers.fasttext_model import ModelError, label_names
from curate.classifiers.language import Identifier, identifier
from curate.classifiers.language_codes import ISO_639_1, iso_639_1
from curate.classifiers.names import ENTITY as PERSON
from curate.classifiers.names import PersonNames, person_names
from curate.documents import Documents
from curate.errors import UsageError
from curate.filters import pii
from curate.filters.rule_set import RuleSet, TextEdit
from curate.filters.text_view import TextView
from curate.filters.verdict import Judgement, Rule
from curate.filters.verdicts import Ruling, Signals, Verdicts, first_failed, judge_all, rulings
from curate.protocol import Outcome

TRIED_ON = "A text to load the model with."
MIN_KEY_BYTES = 16  # a shorter key can be guessed from a hash of it
_PII_ENTITIES = tuple(sorted(pii.ENTITIES | pii.OPTIONAL_ENTITIES))


@dataclass(frozen=True, slots=True)
class Language:
    """Keep texts in some languages; the rule that drops a text names the language it is in.

    Languages are named by ISO 639-1 or 639-3 codes, `de` or `deu`, and become the shorter one. Raises UsageError for a
    code that is neither; `check` also for a language that the model cannot tell.

    `model` is another fastText model by path, such as lid.176.ftz or GlotLID's, or a `classifiers.language.Identifier`.
    """

    keep: tuple[str, ...] = ("en",)
    min_probability: float = 0.65
    model: Identifier | str = Identifier()
    name: ClassVar[str] = "language"
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ("probability",)
    needs: ClassVar[tuple[str, ...]] = ("language", "probability")
    edits: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse a code of no language, or a model that cannot be read, with UsageError."""
        object.__setattr__(self, "keep", language_codes((self.keep,) if isinstance(self.keep, str) else self.keep))
        if isinstance(self.model, str):
            object.__setattr__(self, "model", usable(identifier, self.model))

    def check(self) -> None:
        """Load the model; UsageError when it is missing, damaged or another one, or does not know a language."""
        usable(self._identify, [TRIED_ON])
        labels = label_names(self.model.model) if isinstance(self.model, Identifier) else ()
        known = sorted(set(map(iso_639_1, labels)))
        if unknown := sorted(set(self.keep) - set(known)):
            raise UsageError(f"stage 'language': the model cannot tell {unknown[0]!r}; it knows {' '.join(known)}")

    def _identify(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        return self.model(texts) if isinstance(self.model, Identifier) else []

    def __call__(self, documents: Documents) -> Outcome:
        """Identify each text's language; adds the columns `language` and `language_score`."""
        found = self._identify(documents.texts())
        documents = documents.with_column("language", pa.array([code for code, _ in found], pa.string()))
        probabilities = np.array([probability for _, probability in found], np.float64)
        documents = documents.with_column("language_score", pa.array(probabilities.astype(np.float32)))
        fates = self.judge({"language": np.array([code for code, _ in found], object), "probability": probabilities})
        return Outcome(documents, fates, {"probability": probabilities})

    @property
    def table(self) -> tuple[Rule, ...]:
        """The least probability; a text in another language goes by that, whatever its probability."""
        return (Rule("probability", "min", self.min_probability, "its language is not sure enough"),)

    def judge(self, signals: Signals) -> Verdicts:
        """Drop other languages by name, then texts whose language is not sure."""
        languages = pa.array(signals["language"], pa.string()).dictionary_encode()
        codes, values = np.asarray(languages.indices), np.asarray(signals["probability"], np.float64)
        foreign = [(i, code) for i, code in enumerate(languages.dictionary.to_pylist()) if code not in self.keep]
        others = [Ruling(f"language_{code}", codes == i, values, self.min_probability) for i, code in foreign]
        return first_failed([*others, *rulings(signals, self.table)], len(codes))

    def with_limit(self, rule: str, limit: float | None) -> "Language":
        """The stage with another limit; None keeps a text however unsure its language is."""
        return replace(self, min_probability=limit or 0.0)

    @property
    def judgement(self) -> Judgement:
        """The model's."""
        return self.model.judgement if isinstance(self.model, Identifier) else Judgement()


def language_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """ISO 639-1 or 639-3 codes as ISO 639-1, where a language has such a code; UsageError for what is neither.

    >>> language_codes(("deu", "en", "ckb"))
    ('de', 'en', 'ckb')
    """
    codes = tuple(codes)
    if strange := [code for code in codes if not isinstance(code, str)]:
        raise UsageError(f"a language is named by a code such as 'de', not {strange[0]!r}")
    short = tuple(iso_639_1(code) for code in codes)
    for code, given in zip(short, codes, strict=True):
        if code not in ISO_639_1 and not re.fullmatch("[a-z]{3}", code):
            raise UsageError(f"{given!r} is no code of a language: name it by ISO 639-1 or 639-3, such as de or deu")
    return short


def usable(use: Callable[[Any], Any], given: Any) -> Any:
    """Return what `use` makes of it; UsageError where a model is missing, damaged or another one."""
    try:
        return use(given)
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

    @property
    def signals(self) -> tuple[str, ...]:
        """Every number of the rule set, in its order."""
        return tuple(self.rules.signals(""))

    def __call__(self, documents: Documents) -> Outcome:
        """Measure and judge each text; every signal goes to the outcome."""
        documents = documents.with_views()
        measured = [self.rules.signals(view) for view in documents.views or ()]
        names = measured[0] if measured else self.signals
        signals = {name: np.array([row[name] for row in measured], np.float64) for name in names}
        fates = self.judge(signals)
        if self.edit is not None:
            documents = documents.with_views_of([self.edit.view(view) for view in documents.views or ()])
        return Outcome(documents, fates, signals)

    @property
    def table(self) -> tuple[Rule, ...]:
        """The rule set's."""
        return self.rules.rules

    def judge(self, signals: Signals) -> Verdicts:
        """Judge each text by the rule set's limits."""
        return judge_all(signals, self.rules.rules)

    def with_limit(self, rule: str, limit: float | None) -> "Rules":
        """The stage with another limit of its rule set; None takes the limit away."""
        return replace(self, rules=self.rules.with_limits(**{rule: limit}))

    def where(self, text: TextView, rule: str) -> Sequence[tuple[int, int]]:
        """The stretches of a text that the rule counts."""
        return self.rules.where(text, rule)

    @property
    def edits(self) -> bool:
        """Return whether there is an edit."""
        return self.edit is not None

    @property
    def judgement(self) -> Judgement:
        """That of the rule set's authors."""
        return self.rules.judgement


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
    judgement: ClassVar[Judgement] = Judgement(
        "this project's patterns and checksums, US and British forms first",
        "lists of contacts; forms of other countries are missed",
    )

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
            object.__setattr__(self, "names", usable(person_names, self.names))

    @property
    def signals(self) -> tuple[str, ...]:
        """Return how much was found, of all and of each entity."""
        return ("spans", *sorted(self.entities), *((PERSON,) if self.names else ()))

    def check(self) -> None:
        """Load the spaCy pipeline, if there is one; UsageError when it cannot be used."""
        usable(partial(pii.count, **self._options()), "Somebody's name.")

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
        return Outcome(documents, self.judge(signals), signals)

    @property
    def table(self) -> tuple[Rule, ...]:
        """The greatest number of spans."""
        limit = inf if self.max_pii_spans is None else self.max_pii_spans
        return (Rule("spans", "max", limit, "it holds too much personal data", called="max_pii_spans"),)

    def judge(self, signals: Signals) -> Verdicts:
        """Judge each text by the number of its spans."""
        return judge_all({"spans": signals["spans"]}, self.table)

    def with_limit(self, rule: str, limit: float | None) -> "Redact":
        """The stage with another limit; UsageError when it is no whole number."""
        if limit is not None and limit != int(limit):
            raise UsageError(f"{self.name}.{rule} is a number of spans, a whole number, not {limit:g}")
        return replace(self, max_pii_spans=None if limit is None else int(limit))

    def where(self, text: TextView, rule: str) -> Sequence[tuple[int, int]]:
        """Return where personal data stands in a text."""
        return [(span.start, span.end) for span in pii.find(text.text, **self._options())]
