"""Estimates what a whole crawl would yield from what this run kept, with an interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from curate.filters.address import site_of
from curate.report.pages import Floats, Ints, Pages

CRAWL_PAGES = 2.5e9  # pages: the order of size of one of Common Crawl's crawls of these years
TOKENS_PER_PARAMETER = 20  # Hoffmann et al. 2022, table 3: the optimum for the compute spent on training
DRAWS = 400
MIN_INPUTS = 20  # with fewer input files, sites are drawn instead
SEED = 1


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> "Interval":
        """The same of something `factor` times as large."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Yield:
    """Survival by pages, and documents, tokens and Chinchilla-optimal parameters of a crawl of `CRAWL_PAGES` pages.

    `unit` says what was drawn again, `input file` or `site`, and `units` how many there are.
    """

    unit: str
    units: int
    survival: Interval
    documents: Interval
    tokens: Interval
    parameters: Interval


def estimate(pages: Pages, report: Mapping[str, Any]) -> Yield | None:
    """Bootstrap the survival and the tokens per page over input files, or over sites when files are few.

    None when there are no pages, or fewer than two units to draw from.
    """
    inputs, number = np.unique(pages.inputs, return_inverse=True)
    unit = "input file"
    if len(inputs) < MIN_INPUTS:
        hosts = np.array([site_of(url) for url in pages.urls.tolist()], object)
        inputs, number = np.unique(hosts, return_inverse=True)
        unit = "site"
    if len(inputs) < 2:
        return None
    totals = report["totals"]
    count = np.bincount(number, minlength=len(inputs)).astype(np.float64)
    kept = np.bincount(number, pages.kept, minlength=len(inputs))
    per_document = totals["tokens_out"] / max(totals["docs_out"], 1)
    rates = totals["survival_docs"], totals["survival_docs"] * per_document
    parts = np.stack([kept, _chars(pages, number, len(inputs))]).astype(np.float64)
    survival, tokens = (_interval(*found) for found in zip(rates, parts.sum(1), _draws(parts, count), strict=True))
    return Yield(
        unit,
        len(inputs),
        survival,
        survival.times(CRAWL_PAGES),
        tokens.times(CRAWL_PAGES),
        tokens.times(CRAWL_PAGES / TOKENS_PER_PARAMETER),
    )


def _chars(pages: Pages, number: Ints, units: int) -> Floats:
    """Characters kept per unit: as the text was extracted, or one a document where that was not measured."""
    chars = pages.signals.get("extract.text_chars", np.full(len(pages), np.nan))
    mine = np.where(pages.kept, np.nan_to_num(chars, nan=1.0), 0.0)
    return np.bincount(number, mine, minlength=units).astype(np.float64)


def _draws(parts: Floats, whole: Floats) -> Floats:
    """Sums of parts when units weigh by chance and `whole` keeps its sum: float64[parts, draws].

    Source: Rubin 1981, "The Bayesian Bootstrap": weights are exponential, which is drawing again without counting.
    """
    random = np.random.default_rng(SEED)
    drawn = np.empty((len(parts), DRAWS))
    for draw in range(DRAWS):
        weights = random.standard_exponential(len(whole))
        drawn[:, draw] = (parts * weights).sum(1) / max(float((whole * weights).sum()), 1.0) * whole.sum()
    return drawn


def _interval(value: float, mine: float, drawn: Floats) -> Interval:
    """`value` with the spread of the draws around what was found."""
    low, high = np.quantile(drawn, [0.025, 0.975]) / (mine or 1.0)
    return Interval(value, value * float(low), value * float(high))
