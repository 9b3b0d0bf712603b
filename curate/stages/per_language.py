"""A stage of several, one for each language: limits, models and functions that suit the language a text is in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from curate.documents import Documents
from curate.errors import UsageError
from curate.filters.text_view import TextView
from curate.filters.verdict import Judgement, Rule, Verdict
from curate.filters.verdicts import Ruling, Signals, Verdicts, first_failed
from curate.protocol import Fate, Outcome, about
from curate.stages.kinds import is_barrier, lacking
from curate.stages.texts import language_codes

OTHERS = ("drop", "keep")


@dataclass(frozen=True, slots=True)
class PerLanguage:
    """Judge each text by the stage for its language, which `Language` has found before.

    `stages` maps ISO 639-1 or 639-3 codes to stages of one name that measure the same numbers, such as `Rules` with
    other limits, `Score` with another model or `Keep` with another function. A rule is named with its language,
    `min_words_de`, in the report and for `curate whatif`. Texts in languages without a stage are dropped by a rule that
    names the language, or with `others="keep"` go on as they are. Raises UsageError for stages that do not go together.

    >>> from curate.filters import gopher
    >>> from curate.stages import Rules
    >>> german = Rules(gopher.quality.with_limits(max_mean_word_length=12))
    >>> stage = PerLanguage({"deu": german, "en": Rules(gopher.quality)})
    >>> stage.name, [rule.name for rule in stage.table][:2], stage.table[3].limit
    ('gopher.quality', ['min_words_de', 'max_words_de'], 12)
    """

    stages: Mapping[str, Any]
    others: str = "drop"
    goes_by: ClassVar[str] = "language"

    def __post_init__(self) -> None:
        """Refuse stages that do not go together with UsageError."""
        _check_types(self.stages)
        codes = language_codes(self.stages)
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise UsageError(f"PerLanguage has {twice[0]!r} twice, by its short and its long code")
        object.__setattr__(self, "stages", dict(zip(codes, self.stages.values(), strict=True)))
        kinds = {(stage.name, tuple(stage.signals)) for stage in self.stages.values()}
        if len(kinds) != 1:
            names = ", ".join(sorted({stage.name for stage in self.stages.values()})) or "none"
            raise UsageError(f"PerLanguage needs stages of one name and with the same signals, and has {names}")
        if self.others not in OTHERS:
            raise UsageError(f"PerLanguage: others is {' or '.join(OTHERS)}, not {self.others!r}")
        if waits := [code for code, stage in self.stages.items() if about(stage).ranks or about(stage).judge is None]:
            raise UsageError(
                f"PerLanguage cannot have {self.name!r} for {waits[0]!r}: it has to judge each text by itself, "
                "without keep_share, keep_tokens or percentile"
            )

    @property
    def _first(self) -> Any:
        return next(iter(self.stages.values()))

    @property
    def name(self) -> str:
        """That of its stages."""
        return str(self._first.name)

    @property
    def measures(self) -> bool:
        """Return whether its stages also run on what was dropped before."""
        return all(stage.measures for stage in self.stages.values())

    @property
    def signals(self) -> tuple[str, ...]:
        """The numbers all its stages measure."""
        return tuple(self._first.signals)

    @property
    def needs(self) -> tuple[str, ...]:
        """The language, and what the stages judge by."""
        wanted = [name for stage in self.stages.values() for name in about(stage).needs]
        return tuple(dict.fromkeys(["language", *wanted]))

    @property
    def edits(self) -> bool:
        """Return whether any stage edits."""
        return any(about(stage).edits for stage in self.stages.values())

    @property
    def table(self) -> tuple[Rule, ...]:
        """The limits of every stage, each for its language."""
        return tuple(
            replace(rule, called=f"{rule.name}_{code}", language=code)
            for code, stage in self.stages.items()
            for rule in about(stage).table
        )

    @property
    def judgement(self) -> Judgement:
        """Those of its stages, each said once."""
        told = [about(stage).judgement for stage in self.stages.values()]
        return Judgement(*("; ".join(dict.fromkeys(said)) for said in ([j.who for j in told], [j.mind for j in told])))

    def check(self) -> None:
        """Whatever its stages check."""
        for stage in self.stages.values():
            about(stage).check()

    def warm(self) -> None:
        """Whatever its stages do once."""
        for stage in self.stages.values():
            about(stage).warm()

    def where(self, view: TextView, rule: str) -> Sequence[tuple[int, int]]:
        """The stretches of a text that a rule of one language counts."""
        name, _, code = rule.rpartition("_")
        return about(self.stages[code]).where(view, name) if code in self.stages else ()

    def with_limit(self, rule: str, limit: float | None) -> "PerLanguage":
        """The stage with another limit for one language; None takes it away."""
        name, _, code = rule.rpartition("_")
        change: Callable[[str, float | None], Any] = self.stages[code].with_limit
        return replace(self, stages={**self.stages, code: change(name, limit)})

    def judge(self, signals: Signals) -> Verdicts:
        """Judge texts in each language by its limits."""
        languages = np.asarray(signals["language"], object)
        ruled = self._other_rulings(languages)
        for code, stage in self.stages.items():
            here = np.flatnonzero(languages == code)
            found = about(stage).judge({name: np.asarray(values)[here] for name, values in signals.items()})  # type: ignore[misc]
            for number, rule in enumerate(found.rules[1:], 1):
                by = found.codes == number
                fails, values, limits = (np.zeros(len(languages), bool), *np.full((2, len(languages)), np.nan))
                fails[here[by]], values[here[by]], limits[here[by]] = True, found.values[by], found.limits[by]
                ruled.append(Ruling(f"{rule}_{code}", fails, values, limits))
        return first_failed(ruled, len(languages))

    def _other_rulings(self, languages: np.ndarray) -> list[Ruling]:
        """A rule for each language without a stage: no text is allowed in it."""
        others = sorted({code or "unknown" for code in languages.tolist()} - set(self.stages))
        named = np.array([code or "unknown" for code in languages.tolist()], object)
        once = np.ones(len(languages))
        return (
            [Ruling(f"language_{code}", named == code, once, 0.0) for code in others] if self.others == "drop" else []
        )

    def __call__(self, documents: Documents) -> Outcome:
        """Run each stage on the texts in its language, and put them together again in their order."""
        if "language" not in documents.batch.schema.names:
            raise UsageError(f"stage {self.name!r} goes by language: put Language(...) before it")
        languages = np.array(documents.batch.column("language").to_pylist(), object)
        order, parts, signals = [], [], {name: np.full(len(documents), np.nan) for name in self.signals}
        fates: list[Fate] = [Verdict()] * len(documents)
        for code, stage in self.stages.items():
            here = np.flatnonzero(languages == code)
            outcome = stage(documents.take(here))
            for place, fate in zip(here.tolist(), outcome.fates, strict=True):
                fates[place] = self._named(fate, code)
            for name, values in outcome.signals.items():
                signals[name][here] = values
            order.append(here)
            parts.append(outcome.documents)
        left = np.flatnonzero(~np.isin(languages.astype(str), list(self.stages)))
        judged = first_failed(self._other_rulings(languages[left]), len(left))
        for place, fate in zip(left.tolist(), judged, strict=True):
            fates[place] = fate
        return Outcome(_together([*parts, documents.take(left)], np.concatenate([*order, left])), fates, signals)

    def _named(self, fate: Fate, code: str) -> Fate:
        return replace(fate, rule=f"{fate.rule}_{code}") if isinstance(fate, Verdict) and fate.rule else fate


def _check_types(stages: object) -> None:
    """Raise UsageError unless it is a mapping from codes to stages."""
    if not isinstance(stages, Mapping):
        raise UsageError(f"PerLanguage takes a dict from language to stage, not {type(stages).__name__}")
    for code, stage in stages.items():
        if isinstance(stage, type) or is_barrier(stage) or lacking(stage):
            shown = getattr(stage, "__name__", type(stage).__name__)
            raise UsageError(f"PerLanguage: for {code!r} a stage is needed, such as Rules(...), not {shown}")


def _together(parts: Sequence[Documents], places: np.ndarray) -> Documents:
    """Documents from several parts, which may lack columns of the others, each at its place."""
    order = np.argsort(places)
    table = pa.concat_tables([pa.Table.from_batches([part.batch]) for part in parts], promote_options="default")
    whole = table.take(pa.array(order, pa.int64())).combine_chunks()
    views = [view for part in parts for view in part.views or ()]
    batch = whole.to_batches()[0] if whole.num_rows else pa.RecordBatch.from_pylist([], schema=whole.schema)
    return Documents(batch, tuple(views[i] for i in order) if len(views) == len(order) else None)
