"""Measures how far two readers agree on the same pages."""

from collections.abc import Mapping
from itertools import product
from typing import Any

from curate.audit.labels import WORTHY


def agreement(first: tuple[str, Mapping[str, int]], second: tuple[str, Mapping[str, int]]) -> dict[str, Any]:
    """Shares of pages both have labelled: same value, values at most one apart, same side of `WORTHY`; and kappas.

    `kappa` is Cohen's with quadratic weights, `worthy_kappa` that on which side of `WORTHY` a page is; None where
    chance alone would agree on everything, all None where no page has both labels.

    >>> found = agreement(("a", {"x": 5, "y": 0, "w": 1}), ("b", {"x": 4, "y": 0, "z": 2}))
    >>> found["pages"], found["exact"], found["within_one"], round(found["kappa"], 3)
    (2, 0.5, 1.0, 0.952)
    """
    both = sorted(first[1].keys() & second[1].keys())
    a, b = ([reading[1][id_] for id_ in both] for reading in (first, second))
    sides = [[value >= WORTHY for value in values] for values in (a, b)]
    return {
        "first": first[0],
        "second": second[0],
        "pages": len(both),
        "exact": _mean([x == y for x, y in zip(a, b, strict=True)]),
        "within_one": _mean([abs(x - y) <= 1 for x, y in zip(a, b, strict=True)]),
        "kappa": _kappa(a, b),
        "worthy": _mean([x == y for x, y in zip(*sides, strict=True)]),
        "worthy_kappa": _kappa(*sides),
    }


def _mean(values: list[bool]) -> float | None:
    return sum(values) / len(values) if values else None


def _kappa(a: list[Any], b: list[Any]) -> float | None:
    """One less the mean squared difference, over the mean squared difference of all pairs, as chance would have it."""
    chance = sum(a.count(x) * b.count(y) * (x - y) ** 2 for x, y in product(set(a), set(b)))
    if not chance:
        return None
    return 1 - len(a) * sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) / chance
