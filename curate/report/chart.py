"""Draws what survived as one picture for a slide: pages and text after each stage, and published rates below."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import escape

from curate.report.published import PUBLISHED
from curate.report.tables import summary
from curate.terminal import harmless

WIDTH, LEFT, RIGHT, TOP = 1280, 250, 220, 150
BAR, GAP = WIDTH - LEFT - RIGHT, 10
INK, SOFT, KEPT, PALE, TEXT = "#1b1f24", "#57606a", "#1f6f8b", "#cfe3ea", "#d9774a"
SOURCE = 100  # characters of a source that fit on a line
FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"


def survival_chart(report: Mapping[str, Any]) -> str:
    """The survival of a run as SVG, 1,280 wide and at least 720 high; it needs no other file.

    Each stage has a bar of the pages left, pale where it removed some, and below it a thin one of the text left: bytes
    of HTML until extraction, characters from there on. Published rates are those of `curate.report.published`.

    >>> stage = {"name": "read", "docs_in": 10, "docs_out": 5, "chars_in": 100, "chars_out": 40}
    >>> totals = {"records_in": 10, "docs_out": 5, "survival_docs": 0.5, "survival_bytes": 0.4}
    >>> drawn = survival_chart({"recipe": "<b>", "stages": [stage], "totals": totals})
    >>> drawn[:4], ">50.0 %<" in drawn, "&lt;b&gt;" in drawn
    ('<svg', True, True)
    """
    stages = _left(report)
    step = min(44, max(26, (720 - TOP - 190) // max(len(stages), 1)))
    rows = [_stage(TOP + i * step, step, *stage) for i, stage in enumerate(stages)]
    below = TOP + len(stages) * step + 34
    height = max(720, below + 34 + 24 * len(PUBLISHED) + 40)
    return "".join([_head(report, height), *rows, *_published(below), _foot(height), "</svg>\n"])


def _left(report: Mapping[str, Any]) -> list[tuple[str, float, float, float, int]]:
    """Each stage with the share of pages before and after it, of text after it, and the pages left."""
    whole, before, unit, found = max(report["totals"]["records_in"], 1), 1.0, 0, []
    for stage in report["stages"]:
        share = stage["docs_out"] / whole
        # Sizes are bytes of HTML until extraction and characters of text from then on.
        if not unit or stage["name"] == "extract":
            unit = stage["chars_out"] if stage["name"] == "extract" else stage["chars_in"]
        text = min(stage["chars_out"] / unit, 1.0) if unit else 0.0
        found.append((stage["name"], before, share, text, stage["docs_out"]))
        before = share
    return found


def _head(report: Mapping[str, Any], height: int) -> str:
    totals = report["totals"]
    left = f"{totals['docs_out']:,} pages and {100 * totals['survival_bytes']:.2g} % of bytes left"
    said = f"Recipe {report['recipe']}: {left}"
    title = _text(40, 62, summary(report), size=min(30, 1900 // max(len(summary(report)), 1)), weight=700)
    label = escape(harmless(f"{summary(report)} {said}."))
    kinds = ((LEFT, KEPT, "pages left"), (LEFT + 120, PALE, "removed by the stage"), (LEFT + 320, TEXT, "text left"))
    key = "".join(
        f'<rect x="{x}" y="116" width="14" height="14" fill="{fill}"/>{_text(x + 20, 128, name)}'
        for x, fill, name in kinds
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{label}" font-family="{FONT}">'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{title}{_text(40, 94, said, size=18, fill=SOFT)}{key}'
    )


def _stage(y: int, step: int, name: str, before: float, share: float, text: float, pages: int) -> str:
    high = step - GAP
    thick = high * 2 // 3
    return (
        _text(LEFT - 12, y + high * 0.7, name, size=16, anchor="end")
        + _bar(y, thick, before, PALE)
        + _bar(y, thick, share, KEPT)
        + _bar(y + thick + 1, high - thick - 1, text, TEXT)
        + _text(WIDTH - 130, y + high * 0.7, _percent(share), size=16, weight=600, anchor="end")
        + _text(WIDTH - 24, y + high * 0.7, f"{pages:,}", size=16, fill=SOFT, anchor="end")
    )


def _published(y: int) -> Sequence[str]:
    """Rates that others published, on the same scale."""
    parts = [_text(LEFT - 12, y, "published by others", size=15, fill=SOFT, anchor="end")]
    for number, band in enumerate(PUBLISHED, 1):
        at, whole = y + 24 * number, band.low == band.high
        said = _percent(band.high) if whole else f"{_percent(band.low)} to {_percent(band.high)}"
        parts.append(_text(LEFT - 12, at, band.name, size=15, anchor="end"))
        parts.append(_bar(at - 11, 11, band.high, SOFT))
        parts.append(
            _text(LEFT + band.high * BAR + 8, at, f"{said} of {band.of}. {_short(band.source)}", size=13, fill=SOFT)
        )
    return parts


def _foot(height: int) -> str:
    said = "Text is bytes of HTML until extraction, then characters. Others differ in language, and in the crawl."
    return _text(40, height - 18, said, size=13, fill=SOFT)


def _bar(y: float, high: float, share: float, fill: str) -> str:
    return f'<rect x="{LEFT}" y="{y:.0f}" width="{max(share * BAR, 1):.1f}" height="{max(high, 2):.0f}" fill="{fill}"/>'


def _text(
    x: float, y: float, said: str, *, size: int = 15, weight: int = 400, fill: str = INK, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" font-weight="{weight}" fill="{fill}" text-anchor="{anchor}">'
        f"{escape(harmless(said))}</text>"
    )


def _short(source: str) -> str:
    return source if len(source) <= SOURCE else source[: SOURCE - 1].rpartition(",")[0] + "; more in the report"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.1 else f"{100 * share:.2g} %"
