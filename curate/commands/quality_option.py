"""Another quality model in a recipe: what `curate run --quality-model` and its companions change."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from curate.errors import UsageError
from curate.recipe import Recipe

STAGE = "quality"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add(
        "--quality-model",
        type=Path,
        metavar="FILE",
        help="Use this value model (.npz) or fastText classifier (.bin, .ftz).",
    )
    add("--quality-label", default="", metavar="LABEL", help="This is its label for good texts; of several: 3+4+5.")
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument(
        "--quality-threshold", type=float, metavar="P", help="Keep texts of at least this probability (0 to 1)."
    )
    limit.add_argument("--quality-share", type=float, metavar="SHARE",
                       help="Keep about this share, by the scores noted when the model was trained.")  # fmt: skip


def with_options(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    """The recipe as the options want its stage `quality`; the same recipe when there are none.

    Raises UsageError when the recipe has no such stage, the model cannot be used, or no limit is known for it.
    """
    asked = (options.quality_model, options.quality_threshold, options.quality_share)
    if all(value is None for value in asked) and not options.quality_label:
        return recipe
    stage: Any = next((stage for stage in recipe.stages if stage.name == STAGE), None)
    if not hasattr(stage, "with_model"):
        raise UsageError(f"recipe {recipe.name!r} has no stage {STAGE!r} for a quality model")
    changed = _changed(stage, *asked, options.quality_label)
    return replace(recipe, stages=tuple(changed if each is stage else each for each in recipe.stages))


def _changed(stage: Any, model: Path | None, threshold: float | None, share: float | None, label: str) -> Any:
    from curate.classifiers import webtext
    from curate.classifiers.fasttext_model import ModelError
    from curate.classifiers.quality import MIN_QUALITY, ValueScorer, limit_for_share, scorer
    from curate.classifiers.webtext import read_settings

    if threshold is not None and not 0 <= threshold <= 1:
        raise UsageError(f"--quality-threshold must be in [0, 1], not {threshold:g}")
    if model is None:
        if threshold is None or label:
            raise UsageError("--quality-label and --quality-share go with --quality-model")
        return stage.with_limit("min_score", threshold)
    try:
        score = scorer(model, label=label)
        settings = read_settings(model) if isinstance(score, webtext.Scorer) else None
        if share is not None:
            threshold = limit_for_share(settings.crawl_scores if settings else (), share)
    except (ModelError, ValueError) as error:
        raise UsageError(str(error)) from error
    if threshold is None and isinstance(score, ValueScorer):
        threshold = MIN_QUALITY
    if threshold is None and settings and isinstance(score, webtext.Scorer) and score.labels == (settings.label,):
        threshold = settings.threshold
    if threshold is None:
        raise UsageError(f"nothing says what to keep by {model}: give --quality-threshold")
    return stage.with_model(score, threshold)
