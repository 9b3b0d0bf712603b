"""Makes a recipe of stages, checked and fingerprinted, and finds recipes by name."""

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from inspect import getmodule, getsourcefile
from math import isinf
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType
from typing import Any
from unicodedata import unidata_version

from curate.errors import UsageError
from curate.loading import load_named
from curate.short_names import SHORT
from curate.stages import Barrier, Read, Stage, about, alone, is_barrier, lacking, reads

PACKAGES = ("curate", "curate.classifiers", "curate.filters")
# Editing what only shows results, or trains models, must not make a run extract again. By path, so that a file with
# such a name elsewhere counts; a test holds that no stage and no step of a run imports any of these.
NOT_DECIDING = frozenset({
    "curate/audit", "curate/commands", "curate/extract/training", "curate/finished", "curate/mixture", "curate/prove",
    "curate/report", "curate/training", "curate/whatif", "classifiers/training",
    "curate/cli.py", "curate/doctor.py", "curate/walk.py",
    "curate/output/card.py", "curate/output/checksums.py", "curate/output/cost.py", "curate/output/croissant.py",
    "curate/output/fates.py", "curate/output/markdown.py", "curate/output/origins.py", "curate/output/papers.py",
    "curate/output/publish.py", "curate/output/training_content.py", "curate/yaml.py",
})  # fmt: skip
# Libraries whose version can change what a page turns into.
DECIDING_LIBRARIES = ("trafilatura", "lxml", "justext", "resiliparse", "numpy", "numba", "pyarrow",
                      "phonenumbers", "spacy", "publicsuffixlist", "fasttext-community", "isal", "brotli",
                      "zstandard")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """Stages that run together on one split, and the barriers whose keys they leave for all splits to meet at."""

    stages: tuple[Stage, ...]
    barriers: tuple[Barrier, ...] = ()
    reads: Read | None = None

    @property
    def waiting(self) -> tuple[Stage, ...]:
        """The stages that get a limit once all splits are through, which the next segment judges by."""
        return tuple(stage for stage in self.stages if about(stage).settle)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Stages in order, from reading to the last filter, and the sizes of the pieces work is cut into.

    `split_bytes` is compressed input bytes per unit of work. An output file ends with the unit of work that brings it
    to `part_bytes` of UTF-8 text. Neither, nor the number of workers, changes which documents are written or their
    order. `redact_dropped_text` takes personal data out of what `dropped/` shows, and the bytes out of `quarantine/`;
    without `keep_dropped_text` no text of a dropped page is stored at all, and a limit can then be judged again for
    kept pages only. `expect` gives bands of plausible shares, of `survival_docs`, `survival_bytes`, what `stage NAME`
    lets out, or `site_loss`, the greatest share of its pages a site lost to duplicate removal; a run outside them is
    written and fails.
    """

    name: str
    stages: tuple[Read | Stage | Barrier, ...]
    split_bytes: int = 8 << 20
    part_bytes: int = 256 << 20
    keep_dropped_text: bool = True
    redact_dropped_text: bool = False
    expect: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a recipe that cannot run with UsageError."""
        for stage in self.stages:
            if lacks := lacking(stage):
                raise UsageError(f"recipe {self.name!r}: the stage {type(stage).__name__} has no {lacks!r}")
        for name, size in (("split_bytes", self.split_bytes), ("part_bytes", self.part_bytes)):
            if not isinstance(size, int) or size < 1:
                raise UsageError(f"recipe {self.name!r}: {name} is {size!r}; it has to be a whole number of at least 1")
        names = [stage.name for stage in self.stages]
        losses = ("site_loss",) if self.barriers else ()
        for band, (low, high) in self.expect.items():
            known = ("survival_docs", "survival_bytes", *losses, *(f"stage {name}" for name in names))
            if band not in known or not 0 <= low <= high <= 1:
                shares = f"shares there are: {', '.join(known)}"
                raise UsageError(
                    f"recipe {self.name!r} expects {band!r} from {low:g} to {high:g}, which cannot be; {shares}"
                )
        self._check_order(names)
        twice = sorted({name for name in names if names.count(name) > 1})
        if not self.stages or not reads(self.stages[0]):
            raise UsageError(f"recipe {self.name!r} must begin with Read(...)")
        if sum(map(reads, self.stages)) > 1 or twice:
            raise UsageError(f"recipe {self.name!r} has more than one stage called {', '.join(twice)}")

    def _check_order(self, names: Sequence[str]) -> None:
        """Raise UsageError where a stage goes by what no stage before it finds."""
        for place, stage in enumerate(self.stages):
            told, before = about(stage), names[:place]
            if is_barrier(stage) and stage.keep == "best" and told.best_by not in before:
                message = f"recipe {self.name!r}: to keep the best, {stage.name} needs the scores of a stage before it"
                raise UsageError(f"{message}, and there is no {told.best_by!r}")
            if told.goes_by and told.goes_by not in before:
                message = f"recipe {self.name!r}: {stage.name} goes by {told.goes_by}"
                raise UsageError(f"{message}, which no stage before it finds")

    def with_extractor(self, extractor: str, name: str) -> "Recipe":
        """The recipe with another extractor of `curate.extract.EXTRACTORS`, under a name of its own.

        Raises UsageError when there is no such extractor, or the recipe extracts nothing.
        """
        place = self.text_from
        stage: Any = self.stages[place]
        if not hasattr(stage, "extractor"):
            raise UsageError(f"recipe {self.name!r} has no stage that extracts")
        changed = replace(stage, extractor=extractor)
        return replace(self, name=name, stages=(*self.stages[:place], changed, *self.stages[place + 1 :]))

    @property
    def described(self) -> dict[str, object]:
        """Every setting but the size of splits, which decides nothing of what is written."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "split_bytes"}

    @property
    def stage_names(self) -> tuple[str, ...]:
        """The stages' names in order, as the report shows them."""
        return tuple(stage.name for stage in self.stages)

    @property
    def barriers(self) -> tuple[Barrier, ...]:
        """The stages that must see all documents, in order."""
        return tuple(stage for stage in self.stages if is_barrier(stage))

    @property
    def text_from(self) -> int:
        """The place of the stage that makes texts out of pages; 0, which is reading, where the input is text."""
        return next((place for place, stage in enumerate(self.stages) if about(stage).makes_text), 0)

    def segments(self) -> tuple[Segment, ...]:
        """The stages cut after extraction, whose result is kept for later runs, and at every row of barriers.

        A barrier that cuts texts ends its row, so that the next one sees them cut.
        """
        pieces = [Segment((), reads=next(stage for stage in self.stages if reads(stage)))]
        for stage in self.stages:
            last = pieces[-1]
            if is_barrier(stage) and (last.waiting or any(about(barrier).cuts for barrier in last.barriers)):
                pieces.append(Segment((), (stage,)))
            elif is_barrier(stage):
                pieces[-1] = replace(last, barriers=(*last.barriers, stage))
            elif alone(stage) and (last.barriers or last.waiting or _made_text(last)):
                pieces.append(Segment((stage,)))
            elif alone(stage):
                pieces[-1] = replace(last, stages=(*last.stages, stage))
        # What the last barriers match, or misses the last limit set, is taken out by a segment that does nothing else.
        return (*pieces, Segment(())) if pieces[-1].barriers or pieces[-1].waiting else tuple(pieces)


def _made_text(segment: Segment) -> bool:
    return any(about(stage).makes_text for stage in segment.stages)


def fingerprint(value: object) -> str:
    """16 hex digits that change when a recipe, a stage or any setting in it changes."""
    return sha256(json.dumps(describe(value), sort_keys=True).encode()).hexdigest()[:16]


def describe(value: object) -> Any:
    """A setting as JSON; what prints itself (lists by their digest, models) is its own description.

    What says by itself what its verdicts depend on (`described`, such as a rule set) is that. Raises UsageError for a
    value with no stable description, such as a lambda's closure or an open file.
    """
    if isinstance(value, float) and isinf(value):
        return str(value)  # JSON has no such number
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return sha256(value).hexdigest()
    if isinstance(value, Mapping):
        return {str(key): describe(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, frozenset | set):
        return sorted(describe(item) for item in value)
    if isinstance(value, Sequence):
        return [describe(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _described(value)
    if isinstance(value, FunctionType) and "<" not in value.__qualname__:
        return f"{value.__module__}:{value.__qualname__}" if _ours(value) else _source(value)
    if isinstance(value, BuiltinFunctionType | MethodDescriptorType):
        return f"builtins:{value.__qualname__}"
    raise UsageError(
        f"a recipe cannot contain {value!r}: it has no stable description; use a named function or a dataclass"
    )


def _described(value: Any) -> Any:
    told = getattr(value, "described", None)
    if told is None and not value.__dataclass_params__.repr:
        return repr(value)
    settings = describe(told or {field.name: getattr(value, field.name) for field in fields(value)})
    return {type(value).__name__: settings} if _ours(type(value)) else [_source(type(value)), settings]


def _ours(thing: Any) -> bool:
    floor, _, rest = str(thing.__module__).partition(".")
    return floor == "curate" and rest.partition(".")[0] != "pipelines"


def _source(thing: Any) -> str:
    """A function or class of the user's: its name and the digest of the file it stands in."""
    path = getsourcefile(getmodule(thing) or thing)
    digest = sha256(Path(path).read_bytes()).hexdigest()[:16] if path else ""
    return f"{thing.__module__}:{thing.__qualname__}:{digest}"


def deciding_files() -> Iterator[tuple[str, Path]]:
    """The source and the models that decide results: each file's name from its floor on, and where it is."""
    for package in PACKAGES:
        root = Path(str(importlib.import_module(package).__file__)).parent
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root)
            if package == "curate" and inside.parts[0] in SHORT:
                continue  # a floor of its own, which lies in here once it is installed
            name = f"{package.removeprefix('curate.')}/{inside}"
            shows = any(name == each or name.startswith(f"{each}/") for each in NOT_DECIDING)
            if path.suffix in {".py", ".npz", ".ftz", ".bin", ".txt"} and not shows:
                yield name, path


@cache
def code_version() -> str:
    """16 hex digits over the source that decides results and the versions of the libraries that do."""
    digest = sha256()
    for name, path in deciding_files():
        digest.update(f"{name}\0".encode() + path.read_bytes())
    digest.update(json.dumps(library_versions()).encode())
    return digest.hexdigest()[:16]


def library_versions() -> dict[str, str]:
    """The installed version of each library that can change a result."""
    return {name: _version(name) for name in DECIDING_LIBRARIES} | {"unicode": unidata_version}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def load_recipe(name: str) -> Recipe:
    """The recipe called `webtext` (that is `pipelines.webtext`), `module:ATTR`, or in a `.py` file.

    A recipe is Python code and is run to be loaded: one that was not read should not be named. Raises
    UsageError when there is no such module, it cannot be loaded, or it holds no recipe.
    """
    return load_named(name, Recipe, "recipe")
