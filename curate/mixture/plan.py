"""A plan: which documents are of which bucket, how many tokens a phase takes from each, and how often at most.

A plan is data. It is checked when it is made, and loaded by name as a recipe is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite

from curate.errors import UsageError
from curate.loading import load_named

MAX_BUCKETS = 64  # each costs the solver 8 MB
MAX_EPOCHS = 4  # repeated so often, text is still nearly as good as new (Muennighoff et al. 2023)


@dataclass(frozen=True, slots=True)
class Between:
    """Documents whose value in a column is at least `low` and less than `high`."""

    column: str
    low: float = -inf
    high: float = inf


@dataclass(frozen=True, slots=True)
class Ranked:
    """Documents by their rank in a column: the share, from 0 to 1, of all tokens that stand in documents with less.

    `Ranked("quality", low=0.8)` is the best fifth of the tokens. A document without a value has no rank.
    """

    column: str
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True)
class Among:
    """Documents whose value in a column of names is one of `names`: `Among("source", "wikipedia")`."""

    column: str
    names: tuple[str, ...]

    def __init__(self, column: str, *names: str) -> None:
        object.__setattr__(self, "column", column)
        object.__setattr__(self, "names", names)


Condition = Between | Ranked | Among


@dataclass(frozen=True, slots=True)
class Bucket:
    """Documents for which all conditions hold and that are in no bucket before this one."""

    name: str
    conditions: tuple[Condition, ...]
    may_be_empty: bool

    def __init__(self, name: str, *conditions: Condition, may_be_empty: bool = False) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "conditions", conditions)
        object.__setattr__(self, "may_be_empty", may_be_empty)


@dataclass(frozen=True, slots=True)
class Curve:
    """How much oftener the better documents of a bucket are seen: in proportion to x^power * e^(growth * x).

    x runs from 0 to 1 over the ranks of a column from `min_rank` up; documents below are not seen. What is missing in
    the formula, the constant in front, is found so that the integral is the tokens asked for, and the repetition cap
    bounds it above. A document without a rank stands at .5.
    Source: the form is Dolma 3's.
    """

    column: str
    power: float = 0.0
    growth: float = 0.0
    min_rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Copies:
    """Weighs documents by (1 + copies removed for them) to a power, at most `max_weight`: often copied pages matter."""

    power: float = 0.5
    max_weight: float = 3.0
    column: str = "copies"


@dataclass(frozen=True, slots=True)
class Order:
    """The documents of a phase in the order of a column, the lowest value first, or the highest if `falling`."""

    column: str
    falling: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase: its share of all tokens, the weights of the buckets in it, and the curve documents are taken by.

    Without `weights` each bucket weighs as many tokens as it has. Without `order` a phase is shuffled. A `note` is for
    whoever trains, and stands in the README of the mixture.
    """

    name: str
    share: float
    weights: Mapping[str, float] | None = None
    curve: Curve | None = None
    order: Order | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Buckets, phases in the order of training, and how often a document may be seen in all phases together.

    Raises UsageError for a plan that cannot be meant.
    """

    name: str
    buckets: tuple[Bucket, ...]
    phases: tuple[Phase, ...]
    max_epochs: int = MAX_EPOCHS
    copies: Copies | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for wrong in _wrong(self):
            raise UsageError(f"plan {self.name!r}: {wrong}")

    @property
    def ranked(self) -> tuple[str, ...]:
        """The columns that documents are ranked by, each once."""
        conditions = [c.column for bucket in self.buckets for c in bucket.conditions if isinstance(c, Ranked)]
        used = [used.column for phase in self.phases for used in (phase.curve, phase.order) if used]
        return tuple(dict.fromkeys([*conditions, *used]))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns of numbers the plan reads, each once."""
        conditions = [c.column for bucket in self.buckets for c in bucket.conditions if isinstance(c, Between)]
        return tuple(dict.fromkeys([*self.ranked, *conditions, *([self.copies.column] if self.copies else [])]))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of names the plan reads, each once."""
        conditions = [c.column for bucket in self.buckets for c in bucket.conditions if isinstance(c, Among)]
        return tuple(dict.fromkeys(conditions))


def _wrong(plan: Plan) -> Iterator[str]:
    """Return what is wrong with a plan, a phrase each."""
    buckets = [bucket.name for bucket in plan.buckets]
    if not 0 < len(buckets) <= MAX_BUCKETS or len(set(buckets)) < len(buckets):
        yield f"it needs 1 to {MAX_BUCKETS} buckets, each with a name of its own"
    phases = [phase.name for phase in plan.phases]
    if not phases or len(set(phases)) < len(phases):
        yield "it needs phases, each with a name of its own"
    if bad := [name for name in [*buckets, *phases] if not name.replace("-", "_").isidentifier()]:
        yield f"{bad[0]!r} is no name: letters, digits, - and _"
    if isinstance(plan.max_epochs, bool) or not isinstance(plan.max_epochs, int) or not 1 <= plan.max_epochs <= 1000:
        yield f"max_epochs must be a whole number from 1 to 1,000, not {plan.max_epochs!r}"
    for phase in plan.phases:
        yield from _wrong_phase(phase, buckets)
    if abs(sum(phase.share for phase in plan.phases) - 1) > 1e-6:
        yield f"the shares of its phases add up to {sum(phase.share for phase in plan.phases):g}, not to 1"
    if plan.copies and not (plan.copies.power >= 0 and 1 <= plan.copies.max_weight < inf):
        yield "copies must have a power of 0 or more and a max_weight of 1 or more"


def _wrong_phase(phase: Phase, buckets: list[str]) -> Iterator[str]:
    if not 0 < phase.share <= 1:
        yield f"the phase {phase.name!r} has no tokens: its share is {phase.share:g}"
    if phase.weights is not None:
        if unknown := sorted(set(phase.weights) - set(buckets)):
            yield f"the phase {phase.name!r} weighs {unknown[0]!r}, which is no bucket; there are {', '.join(buckets)}"
        weights = phase.weights.values()
        if not all(isfinite(weight) and weight >= 0 for weight in weights) or not sum(weights) > 0:
            yield f"the phase {phase.name!r} has no tokens: its weights must be 0 or more, and one of them more than 0"
    curve = phase.curve
    if curve and not (0 <= curve.min_rank < 1 and 0 <= curve.power < inf and abs(curve.growth) < 100):
        yield f"the curve of the phase {phase.name!r} needs a power of 0 or more and a min_rank from 0 to less than 1"


def load_plan(name: str) -> Plan:
    """The plan called `curriculum` (that is `pipelines.curriculum`), `module:ATTR`, or in a `.py` file.

    A plan is Python code and is run to be loaded. Raises UsageError when there is none of that name.
    """
    return load_named(name, Plan, "plan")
