"""Says where the quality model behind an arm was trained on its sites: such a model may recognise its own pages."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curate.classifiers import quality
from curate.folder import MANIFEST
from curate.prove.texts import Corpus
from curate.training.learned import Learned

STAGE = "quality"
_PLAIN = ("curate.classifiers.quality:score", "classifiers.quality:score")


def model_of(run: Path) -> str:
    """The digest of the value model by which a finished run kept pages; "" where there is none or it is no run."""
    try:
        stages = json.loads((run / MANIFEST).read_text("utf-8"))["recipe"]["stages"]["Recipe"]["stages"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    scores = [stage["Score"] for stage in stages if isinstance(stage, dict) and "Score" in stage]
    return next((_digest(each) for each in scores if each.get("name") == STAGE), "")


def _digest(stage: Mapping[str, Any]) -> str:
    said = str(stage.get("score", ""))
    return quality.MODEL.sha256 if said in _PLAIN else said.partition("(")[2].partition(")")[0]


def notes(arms: Sequence[Corpus], models: Mapping[str, str], known: Sequence[Learned]) -> list[str]:
    """A line for each arm whose model has learned some of its sites, or may have: `models` by the name of an arm."""
    lists = {each.model: each for each in known}
    found = []
    for arm in arms:
        model = models.get(arm.name, "")
        if model and model not in lists:
            found.append(
                f"{arm.name}: nobody says which sites its quality model {model[:8]} has learned; name its "
                "quality.sites.json with --learned"
            )
        elif model and (own := sum(lists[model].knows(site) for site in arm.sites)):
            found.append(
                f"{arm.name}: {own:,} of {len(arm.sites):,} texts are of sites that its quality model {model[:8]} was "
                "trained on, so the model may have recognised them; --unlearned leaves such sites out of every arm"
            )
    return found


def without_learned(arm: Corpus, models: Mapping[str, str], known: Sequence[Learned]) -> Corpus:
    """An arm without the texts of sites that the quality model of any arm has learned."""
    lists = [each for each in known if each.model in models.values()]
    return arm.take([i for i, site in enumerate(arm.sites) if not any(each.knows(site) for each in lists)])
