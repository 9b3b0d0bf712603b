"""Opens a finished run that is to be judged again: its report, its manifest, and the recipe it was made with."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.errors import UsageError
from curate.folder import APPLIED, WORK
from curate.output.checksums import load_manifest, load_report
from curate.recipe import Recipe, code_version, fingerprint, load_recipe
from curate.whatif.settings import parse_setting, with_settings

SETTINGS = Path(WORK) / APPLIED


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run: its folder, its recipe, the limits `whatif` had set in that, its report and manifest."""

    out: Path
    recipe: Recipe
    settings: tuple[str, ...]
    report: dict[str, Any]
    manifest: dict[str, Any]


def open_run(out: Path, recipe: str = "", adapt: Callable[[Recipe], Recipe] = lambda loaded: loaded) -> Finished:
    """The finished run in `out` and its recipe, loaded by the name in the report or by `recipe`, then adapted.

    Raises UsageError when no run has finished there, or when the recipe is no longer the one it was made with.
    """
    report = load_report(out)
    manifest = load_manifest(out)
    settings = tuple(_read_json(out / SETTINGS) or ())
    loaded = adapt(load_recipe(recipe or report["recipe"]))
    made = with_settings(loaded, [parse_setting(text, loaded) for text in settings])
    if fingerprint(made) != manifest["recipe"]["fingerprint"]:
        raise UsageError(
            f"{out} was made with a recipe {manifest['recipe']['name']!r} that is not "
            f"{recipe or report['recipe']!r} as it is now; say what it was made with: --recipe, --quality-model"
        )
    return Finished(out, made, settings, report, manifest)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None


def made_by_other_code(run: Finished) -> bool:
    """Return whether the code or a deciding library has changed since the run: its signals are then not today's."""
    return bool(run.manifest["versions"]["code"] != code_version())
