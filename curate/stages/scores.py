"""Scores texts with a model: a column, limits on the score, and a share or a budget of the best."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from curate.census import Census
from curate.documents import Documents
from curate.errors import UsageError
from curate.filters.verdict import Judgement, Rule
from curate.filters.verdicts import Ruling, Signals, Verdicts, first_failed, rulings
from curate.protocol import Outcome
from curate.stages.texts import TRIED_ON, usable


@dataclass(frozen=True, slots=True)
class Score:
    """Score texts with a model and keep those within its limits (None: no limit); the score becomes the column `name`.

    `min_score` and `max_score` judge each text alone. `keep_share` and `keep_tokens` keep the best of the run: at most
    this share of all texts scored, or so many tokens of them; the limit is set once every split is scored. With either,
    or with `percentile`, each text kept also has the column `NAME_percentile`, its place among all texts scored,
    whatever was kept of them. `chance` gives each document, by its id, a limit of its own, which its score has to be
    above: GPT-3's way to keep some of what a model likes less is `chance=quality.Pareto(9.0)`. `details` gives, beside
    the "score", other numbers of each text by name, such as of which kind and where; each becomes the column
    `NAME_its_name`.
    Raises UsageError for a share or a budget that keeps nothing, and for both at once.
    """

    name: str
    score: Callable[[Sequence[str]], np.ndarray]
    min_score: float | None = None
    max_score: float | None = None
    chance: Callable[[Sequence[str]], np.ndarray] | None = None
    keep_share: float | None = None
    keep_tokens: float | None = None
    percentile: bool = False
    details: Callable[[Sequence[str]], Mapping[str, np.ndarray]] | None = None
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ("score",)
    edits: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse what cannot be kept with UsageError."""
        if self.keep_share is not None and not 0 < self.keep_share <= 1:
            raise UsageError(f"stage {self.name!r}: keep_share must be above 0 and at most 1, not {self.keep_share:g}")
        if self.keep_tokens is not None and not self.keep_tokens > 0:
            raise UsageError(f"stage {self.name!r}: keep_tokens must be above 0, not {self.keep_tokens:g}")
        if self.keep_share is not None and self.keep_tokens is not None:
            raise UsageError(f"stage {self.name!r}: give keep_share or keep_tokens, not both")

    def check(self) -> None:
        """Load the model; UsageError when it is missing, damaged or another one."""
        usable(self.score, [TRIED_ON])

    def __call__(self, documents: Documents) -> Outcome:
        """Score all texts at once."""
        found = {"score": self.score(documents.texts())} if self.details is None else self.details(documents.texts())
        scores = found["score"].astype(np.float32)
        signals = {"score": scores.astype(np.float64)}
        ids = documents.batch.column("id").to_numpy(zero_copy_only=False)
        documents = documents.with_column(self.name, pa.array(scores))
        for name in [name for name in found if name != "score"]:
            documents = documents.with_column(f"{self.name}_{name}", pa.array(found[name]))
        return Outcome(documents, self.judge(signals | {"id": ids}), signals)

    @property
    def table(self) -> tuple[Rule, ...]:
        """The least and the greatest score."""
        return (
            Rule("score", "min", -inf if self.min_score is None else self.min_score, "the model scores it too low"),
            Rule("score", "max", inf if self.max_score is None else self.max_score, "the model scores it too high"),
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """The score, and where each document has a limit of its own, its id."""
        return ("score",) if self.chance is None else ("score", "id")

    def judge(self, signals: Signals) -> Verdicts:
        """Judge each text by its score, and by the limit of its own where there is one."""
        ruled, scores = rulings(signals, self.table), np.asarray(signals["score"], np.float64)
        if self.chance is not None:
            limits = np.asarray(self.chance(signals["id"].tolist()), np.float64)
            ruled.append(Ruling("chance", scores <= limits, scores, limits))
        return first_failed(ruled, len(scores))

    @property
    def ranks(self) -> bool:
        """Return whether the scores of all texts of the run are counted."""
        return self.percentile or self.settle is not None

    @property
    def settle(self) -> Callable[[Census], Rule] | None:
        """Return what sets the limit once all texts are scored; None where nothing waits for that."""
        return None if self.keep_share is None and self.keep_tokens is None else self._settle

    def _settle(self, census: Census) -> Rule:
        limit = census.limit(share=self.keep_share, tokens=self.keep_tokens)
        called = "keep_share" if self.keep_tokens is None else "keep_tokens"
        return Rule("score", "min", limit, "enough texts of the run score higher", called=called)

    def with_limit(self, rule: str, limit: float | None) -> "Score":
        """The stage with another limit; None takes the limit away."""
        return replace(self, **{rule: limit})  # type: ignore[arg-type]

    def with_model(self, score: Callable[[Sequence[str]], np.ndarray], min_score: float) -> "Score":
        """The stage with another model and the least score that suits it."""
        return replace(self, score=score, min_score=min_score)

    @property
    def judgement(self) -> Judgement:
        """The model's, where it says whose that is."""
        found: Any = getattr(self.score, "judgement", Judgement())
        return found  # type: ignore[no-any-return]
