"""Renders the report page from its numbers: one file that needs nothing else, with every value escaped."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

from curate.audit import show
from curate.counts import implausible
from curate.files import whole_file
from curate.filters.verdict import Judgement
from curate.recipe import Recipe
from curate.report import crawl, plots, sliders
from curate.report import published as judgement
from curate.report.limits import about_stages, bands_of, recipe_of, settings_of
from curate.report.proof import load_proof
from curate.report.side_by_side import side_by_side
from curate.report.study import Study, study
from curate.report.tables import rules_text, summary
from curate.terminal import harmless

QUARANTINED = 20
UNKNOWN = asdict(Judgement())  # in a report of an earlier version
_BREAKS = re.compile(r"\s*\n\s*")
_SPACES = re.compile(r"[ \t]+")


def write_html(path: Path, report: Mapping[str, Any], out: Path | None = None, *, recipe: Recipe | None = None) -> None:
    """Write the report as one HTML file that needs nothing else; every value in it is escaped.

    The run's rows are read from `out`, by default the folder the file is in. The run's `recipe` marks what its rules
    count; without it, the recipe of that name does, where its stages are set alike.
    """
    page = render(out or path.parent, report, recipe)
    with whole_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8", errors="backslashreplace")


def render(out: Path, report: Mapping[str, Any], recipe: Recipe | None = None) -> str:
    """The page of the run in `out`; its recipe, where it is at hand, marks in excerpts what its rules count."""
    return _page(
        report, study(out, report, recipe), implausible(report, bands_of(report)), show.load_audit(out), load_proof(out)
    )


def _page(
    report: Mapping[str, Any],
    found: Study,
    unexpected: Sequence[str] = (),
    audit: Mapping[str, Any] | None = None,
    proof: Mapping[str, Any] | None = None,
) -> str:
    environment = templates()
    totals, waterfall = report["totals"], _waterfall(report, found)
    return environment.get_template("report.html").render(
        report=report,
        totals=totals,
        study=found,
        summary=summary(report),
        unexpected=unexpected,
        waterfall=waterfall,
        settings=settings_of(report),
        anchors=_anchors(waterfall),
        **_whatif(environment, report, found),
        quarantined=_quarantined(report),
        bands=(bands := _bands(totals)),
        band_top=max(band["high"] for band in bands),
        fineweb=judgement.FINEWEB_TOKENS_PER_CRAWL,
        crawl_pages=crawl.CRAWL_PAGES,
        histogram=plots.histogram,
        interval=plots.interval,
        audit=audit,
        proof=proof,
        audit_basis=show.basis,
        audit_figures=show.figures,
        audit_rows=show.rows,
    )


@cache  # translating the templates costs more than a small report
def templates(*packages: str) -> Any:
    """The templates of the report, and of other packages beside them; every value in a page is escaped."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, select_autoescape

    # What is printed is made harmless whether or not a template thought of it, and then escaped.
    found = Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in (*packages, "curate.report")]),
        autoescape=select_autoescape(default=True),
        finalize=lambda value: harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "pct": percent,
        "number": plots.number,
        "size": size,
        "exact": exact,
        "cut": _cut,
        "lines": _lines,
    }
    return found


def write_comparison(path: Path, outs: Sequence[Path]) -> None:
    """Write some finished runs side by side as one HTML file that needs nothing else."""
    page = templates().get_template("compare.html").render(found=side_by_side(outs))
    with whole_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8", errors="backslashreplace")


def _bands(totals: Mapping[str, Any]) -> list[dict[str, Any]]:
    """This run's survival and the published rates."""
    mine = [
        (totals["survival_docs"], "pages", "pages out over pages in"),
        (totals["survival_bytes"], "bytes", "UTF-8 text out over stored (compressed) bytes in"),
    ]
    runs = [{"name": "this run", "low": n, "high": n, "of": of, "source": said, "mine": True} for n, of, said in mine]
    return [*runs, *({**asdict(band), "mine": False} for band in judgement.PUBLISHED)]


def _waterfall(report: Mapping[str, Any], found: Study) -> list[dict[str, Any]]:
    """The stages with what is left after each, and their rules."""
    whole, before, rows = max(report["totals"]["records_in"], 1), 1.0, []
    unit, told = None, about_stages(report)
    for index, stage in enumerate(report["stages"], 1):
        share = stage["docs_out"] / whole
        # Sizes are bytes of HTML until extraction and characters of text from then on.
        if unit is None or stage["name"] == "extract":
            unit = stage["chars_out"] if stage["name"] == "extract" else stage["chars_in"]
        rules = [rule for rule in found.rules if rule.stage == stage["name"]]
        why = {"why": rules_text(stage), "why_all": rules_text(stage, None)}
        left = {"share": share, "before": before, "text_share": min(stage["chars_out"] / unit, 1.0) if unit else 0.0}
        more = {"index": index, "rules": rules, "judgement": told.get(stage["name"], {}).get("judgement", UNKNOWN)}
        rows.append({**stage, **why, **left, **more})
        before = share
    return rows


def _anchors(waterfall: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """The place of each rule on the page."""
    rules = ((stage, rule, number) for stage in waterfall for number, rule in enumerate(stage["rules"], 1))
    return {(rule.stage, rule.rule): f"rule-{stage['index']}-{number}" for stage, rule, number in rules}


def _whatif(environment: Any, report: Mapping[str, Any], found: Study) -> dict[str, Any]:
    """What the page needs for its sliders: their script with its digest, their data, and the table without a script."""
    moved = found.sliders
    if moved is None:
        return {"sliders": None, "slider_of": {}}
    command = "curate whatif OUT" + ("" if recipe_of(report) else " --recipe RECIPE.py")
    source = environment.loader.get_source(environment, "report.js")[0]
    texts = {page: (harmless(url), harmless(text)) for page, (url, text) in found.excerpts.items()}
    rows = sliders.returning(moved)
    return {
        "sliders": moved,
        "slider_of": {(slider.stage, slider.rule): i for i, slider in enumerate(moved.sliders)},
        "script": source,
        "digest": base64.b64encode(sha256(source.encode()).digest()).decode(),
        "whatif_data": inert(sliders.as_json(moved, texts, command)),
        "whatif_command": command,
        "whatif_rows": [row for row in rows if row[1]],
        "whatif_zero": sum(not row[1] for row in rows),
        "whatif_later": list(dict.fromkeys(name for slider in moved.sliders for name in slider.before)),
    }


def inert(value: Any) -> str:
    """A value as JSON that can stand in a script element: nothing in it ends that or begins another.

    >>> inert(["</script>", "&"])
    '["\\\\u003c/script\\\\u003e","\\\\u0026"]'
    """
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _quarantined(report: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    found = [(stage["name"], kind, n) for stage in report["stages"] for kind, n in stage["errors"].items()]
    return sorted(found, key=lambda item: (-item[2], *item[:2]))[:QUARANTINED]


def percent(share: float) -> str:
    """A share as people write it.

    >>> [percent(share) for share in (0.5, 0.0127, 0.00004, 0)]
    ['50.0 %', '1.27 %', '0.004 %', '0 %']
    """
    if not share:
        return "0 %"
    return (
        f"{100 * share:.1f} %" if share >= 0.1 else f"{100 * share:.2f} %" if share >= 0.001 else f"{100 * share:.1g} %"
    )


def size(count: float) -> str:
    """Bytes as people write them.

    >>> [size(n) for n in (812, 57_144_256, 3.2e12)]
    ['812 B', '57.1 MB', '3.2 TB']
    """
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count:.0f} B"


def exact(value: float) -> str:
    """A number in up to five figures, which tell it from the limit beside it."""
    return f"{value:,.0f}" if value == int(value) else f"{value:.5g}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _lines(text: str) -> str:
    """A text on one line, with its line ends to be seen."""
    return _SPACES.sub(" ", _BREAKS.sub(" ⏎ ", text))
