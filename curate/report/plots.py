"""Plots as SVG that stands in the page: no script, no fonts, no files; everything in them is a number or is escaped."""

import numpy as np
from markupsafe import Markup, escape

from curate.report.pages import Floats, Ints
from curate.report.rules import Histogram, RuleStudy

WIDTH, HEIGHT, FLOOR = 360, 96, 78
LEFT = 34  # for the scale of counts
KINDS = (("kept", "kept in the end"), ("pass", "passed here, dropped elsewhere"), ("fail", "past the limit"))


def number(value: float) -> str:
    """A number as people write it: three figures, thousands with commas, millions and more with a word.

    >>> [number(n) for n in (0.1234567, 12.0, 1234.5, 3.2e9, 4.1e11, float("nan"))]
    ['0.123', '12', '1,234', '3.20 billion', '410 billion', '']
    """
    if value != value:
        return ""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e7, "million")):
        if abs(value) >= size:
            scaled = value / (1e6 if word == "million" else size)
            return f"{scaled:.{max(0, 2 - len(str(int(abs(scaled)))) + 1)}f} {word}"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"


def histogram(study: RuleStudy) -> Markup:
    """The pages by a rule's signal, with the limit drawn; "" when it was not measured."""
    drawn = study.histogram
    if drawn is None:
        return Markup("")
    stacks = (drawn.kept, drawn.passing, drawn.failing)
    top = max(int((drawn.kept + drawn.passing + drawn.failing).max()), 1)
    # The square root shows a bin of five pages beside one of a thousand.
    below = np.zeros(len(drawn.kept), np.int64)
    paths = []
    for (kind, _), counts in zip(KINDS, stacks, strict=True):
        paths.append(f'<path class="{kind}" d="{_bars(below, below + counts, top)}"/>')
        below = below + counts
    place = _x(study.limit, drawn.edges)
    described = _described(study)
    return Markup(  # noqa: S704  numbers, and words that were escaped
        f'<svg class="hist" viewBox="{-LEFT} 0 {WIDTH + LEFT} {HEIGHT}" role="img" aria-label="{escape(described)}">'
        f"{''.join(paths)}{_counts(top)}{_axis(drawn, study.limit)}{_limit(study, place)}</svg>"
    )


def _described(study: RuleStudy) -> str:
    drawn = study.histogram
    assert drawn is not None
    sides = f"{int(drawn.failing.sum()):,} past the limit, {int(drawn.kept.sum()):,} kept in the end"
    return f"Histogram of {study.noun} over {drawn.pages:,} pages, limit {number(study.limit)}: {sides}"


def _bars(low: Ints, high: Ints, top: int) -> str:
    step = WIDTH / len(low)
    heights = np.sqrt(np.stack([low, high]) / top) * (FLOOR - 8)
    parts = []
    for i in np.flatnonzero(high > low).tolist():
        y, h = FLOOR - heights[1, i], heights[1, i] - heights[0, i]
        parts.append(f"M{i * step:.1f} {y:.1f}h{step - 1:.1f}v{max(h, 0.6):.1f}h-{step - 1:.1f}z")
    return "".join(parts)


def _counts(top: int) -> str:
    """The scale at the left: the highest bar, and the count of a bar of half its height."""
    ticks = [(0, FLOOR), *([(round(top / 4), FLOOR - (FLOOR - 8) * np.sqrt(round(top / 4) / top))] if top >= 8 else [])]
    return "".join(
        f'<path class="axis" d="M-3 {y:.1f}H0"/><text x="-5" y="{y + 3:.1f}" class="end">{escape(number(count))}</text>'
        for count, y in (*ticks, (top, 8.0))
    )


def _x(value: float, edges: Floats) -> float | None:
    """Return where a value stands, None when it is off the scale; bars are equally wide whatever the scale."""
    if not edges[0] <= value <= edges[-1]:
        return None
    return float(np.interp(value, edges, np.linspace(0, WIDTH, len(edges))))


def _axis(drawn: Histogram, limit: float) -> str:
    low, high = float(drawn.edges[0]), min(float(drawn.edges[-1]), max(drawn.most, limit))
    scale = number(max(low, drawn.least)) + (" (log scale)" if drawn.log else "")
    return (
        f'<path class="axis" d="M0 {FLOOR}.5H{WIDTH}"/><text x="0" y="{HEIGHT - 4}">{escape(scale)}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT - 4}" class="end">{escape(number(high))}</text>'
    )


def _limit(study: RuleStudy, place: float | None) -> str:
    assert study.histogram is not None
    label = f"limit {number(study.limit)}"
    if place is None:
        right = study.limit > study.histogram.edges[-1]
        x, text = (WIDTH, f"{label} →") if right else (0, f"← {label}")
        return f'<text x="{x}" y="10" class="limit {"end" if right else ""}">{escape(text)}</text>'
    side = "end" if place > WIDTH / 2 else ""
    return (
        f'<path class="limit" d="M{place:.1f} 0V{FLOOR}"/>'
        f'<text x="{place + (-4 if side else 4):.1f}" y="10" class="limit {side}">{escape(label)}</text>'
    )


def interval(low: float, value: float, high: float, top: float) -> Markup:
    """A share with its interval as a small bar; all in shares of `top`."""
    x = [100 * min(each / (top or 1.0), 1.0) for each in (low, value, high)]
    return Markup(  # noqa: S704  numbers, and words that were escaped
        f'<svg class="interval" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="kept" d="M0 2H{x[1]:.1f}V8H0z"/><path class="axis" d="M{x[0]:.1f} 5H{x[2]:.1f}"/></svg>'
    )
