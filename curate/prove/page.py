"""The page of a proof: one file that needs nothing else and no script, in the style of a run's report."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from markupsafe import Markup, escape

from curate.files import whole_file
from curate.prove.compare import MEAN, Difference
from curate.prove.prove import LAYERS, Pair, Proof
from curate.terminal import harmless

WIDTH, HEIGHT, FOOT = 720, 240, 2
MARKS = {-1: "better", 1: "worse", 0: "not shown"}
COLOURS = ("#1f6f8b", "#d9774a", "#6a8f3c", "#8a5fa8", "#b08a1e", "#5b6b7a")


def write_page(path: Path, proof: Proof) -> None:
    """Write the proof as one HTML file; every value in it is escaped."""
    from curate.report.webpage import templates

    page = templates("curate.prove").get_template("prove.html").render(
        proof=proof, said=said, mark=lambda each: MARKS[each.shown], summary=summary(proof),
        interval=interval, top=reach(proof), curves=curves, legend=legend, mean=MEAN, missing=missing(proof),
    )  # fmt: skip
    with whole_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8", errors="backslashreplace")


def missing(proof: Proof) -> list[str]:
    """The layers that were not measured, without which nothing can be shown."""
    return [layer for layer in LAYERS if layer not in proof.layers]


def said(proof: Proof, pair: Pair) -> str:
    """A verdict in words."""
    if absent := missing(proof):
        return f"not shown: {', '.join(absent)} were not measured"
    if not pair.verdict:
        return "not shown"
    return f"{pair.b if pair.verdict < 0 else pair.a} is better, at this scale"


def line(proof: Proof, pair: Pair) -> str:
    """A verdict with the corpora it is about, and where n-grams stand."""
    first = next(each for each in pair.differences if each.layer == LAYERS[0] and each.held_out == MEAN)
    return (
        f"{pair.a} and {pair.b}: {said(proof, pair)} ({first.value:+.4f} bits per byte by {LAYERS[0]}, 95 % "
        f"{first.low:+.4f} to {first.high:+.4f}, noise floor {first.floor:.4f})"
    )


def summary(proof: Proof) -> str:
    """The heading: how many pairs were told apart."""
    shown = [pair for pair in proof.pairs if pair.verdict]
    if len(proof.pairs) == 1:
        return f"{proof.pairs[0].a} and {proof.pairs[0].b}: {said(proof, proof.pairs[0])}"
    return f"{len(shown)} of {len(proof.pairs)} pairs of corpora are told apart"


def reach(proof: Proof) -> float:
    """The largest distance from 0 of any interval or floor."""
    every = [each for pair in proof.pairs for each in pair.differences]
    return max((abs(n) for each in every for n in (each.low, each.high, each.floor)), default=1.0) or 1.0


def interval(each: Difference, top: float) -> Markup:
    """A difference with its interval, on the noise floor, around a line at 0."""
    low, value, high = (100 + 96 * n / top for n in (each.low, each.value, each.high))
    floor = 96 * each.floor / top
    words = f"{each.value:+.4f}, 95 % {each.low:+.4f} to {each.high:+.4f}, floor {each.floor:.4f}"
    return Markup(  # noqa: S704  numbers only
        f'<svg class="interval" viewBox="0 0 200 14" role="img" aria-label="{words}">'
        f'<rect class="pass" x="{100 - floor:.1f}" y="1" width="{2 * floor:.1f}" height="12"/>'
        f'<path class="axis" d="M100 0V14M{low:.1f} 7H{high:.1f}"/>'
        f'<circle class="{"kept" if each.shown else "fail"}" cx="{value:.1f}" cy="7" r="3"/></svg>'
    )


def curves(by_arm: Mapping[str, Sequence[Sequence[float]]]) -> Markup:
    """The loss of every model over its training steps, one colour for each arm."""
    every = [value for found in by_arm.values() for curve in found for value in curve]
    low, high = min(every, default=0.0), max(every, default=1.0)
    parts = []
    for number, found in enumerate(by_arm.values()):
        for curve in found:
            points = " ".join(_point(i, len(curve), value, low, high) for i, value in enumerate(curve))
            parts.append(f'<polyline points="{points}" stroke="{_colour(number)}" fill="none" stroke-width="1"/>')
    return Markup(  # noqa: S704  numbers only
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Loss from {high:.2f} to {low:.2f} bits a token">'
        f'{"".join(parts)}<path class="axis" d="M0 {HEIGHT - 1}.5H{WIDTH}"/></svg>'
        # Outside the picture, because letters in it shrink with it on a phone.
        f'<span class="ends"><span>top {high:.2f}, bottom {low:.2f} bits a token</span><span>steps</span></span>'
    )


def _point(i: int, of: int, value: float, low: float, high: float) -> str:
    y = (HEIGHT - FOOT) * (1 - (value - low) / ((high - low) or 1.0))
    return f"{WIDTH * i / max(of - 1, 1):.1f},{y:.1f}"


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def legend(arms: Sequence[str]) -> Markup:
    """The colour of each arm."""
    keys = (f'<span class="key" style="background:{_colour(i)}"></span>' for i in range(len(arms)))
    return Markup(" ").join(Markup(key) + escape(harmless(arm)) for key, arm in zip(keys, arms, strict=True))  # noqa: S704  numbers
