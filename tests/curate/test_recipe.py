"""Recipes: checked when made, fingerprinted by everything that decides, found by name."""

import ast
import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from curate.classifiers import quality
from curate.dedup.minhash import MinHash
from curate.errors import UsageError
from curate.extract import EXTRACTORS
from curate.filters import gopher
from curate.recipe import (
    NOT_DECIDING,
    Recipe,
    code_version,
    deciding_files,
    describe,
    fingerprint,
    load_recipe,
)
from curate.report.limits import recipe_of
from curate.stages import ExactDuplicates, Extract, Language, NearDuplicates, Read, Rules, Score

ROOT = Path(__file__).resolve().parents[2]


def recipe(*stages, **settings) -> Recipe:
    return Recipe("test", (Read(), Extract("resiliparse"), *stages), **settings)


def test_the_default_recipe_has_the_contracts_stages_in_order():
    """Names are measured from outside."""
    assert load_recipe("webtext").stage_names == (
        "read", "url", "prefilter", "extract", "language", "gopher.repetition", "gopher.quality", "c4.quality",
        "fineweb.quality", "webtext", "quality", "toxicity", "dedup_exact", "dedup_near", "pii",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["webtext", "webtext_cut", "fineweb", "c4", "massivetext", "refinedweb"])
def test_every_recipe_loads_and_describes_itself(name):
    """A recipe that cannot be fingerprinted cannot be resumed."""
    assert len(fingerprint(load_recipe(name))) == 16


def test_a_fingerprint_changes_with_any_setting():
    """Limits, dialects, order and settings of stages all count."""
    variants = [
        recipe(Rules(gopher.quality)),
        recipe(Rules(gopher.quality.with_limits(min_words=49))),
        recipe(Language()),
        recipe(Language(keep=("de",))),
        recipe(NearDuplicates(threshold=0.8)),
        recipe(NearDuplicates(threshold=0.81)),
        recipe(Language(), NearDuplicates()),
        recipe(NearDuplicates(), Language()),
    ]
    assert len({fingerprint(variant) for variant in variants}) == len(variants)
    assert fingerprint(recipe(Rules(gopher.quality))) == fingerprint(recipe(Rules(gopher.quality)))


def test_a_fingerprint_is_the_same_in_every_process():
    """Hash seeds and addresses in memory leave no trace."""
    code = "from curate.recipe import *; print(fingerprint(load_recipe('webtext')), code_version())"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout  # fmt: skip
        for seed in ("1", "2")
    }
    assert said == {f"{fingerprint(load_recipe('webtext'))} {code_version()}\n"}


def test_a_users_stage_counts_with_the_file_it_stands_in(tmp_path):
    """Editing the user's own code changes the recipe's fingerprint."""
    text = (
        "from dataclasses import dataclass\nfrom curate.recipe import Recipe\nfrom curate.stages import Read\n"
        "@dataclass(frozen=True)\nclass Mine:\n    name: str = 'mine'\n    measures: bool = False\n"
        "    signals: tuple = ()\n"
        "    def __call__(self, documents): ...\nrecipe = Recipe('mine', (Read(), Mine()))\n"
    )
    path = tmp_path / "mine.py"
    path.write_text(text)
    first = fingerprint(load_recipe(str(path)))
    path.write_text(text + "# edited\n")
    assert fingerprint(load_recipe(str(path))) != first


def test_a_stage_that_does_not_say_what_it_measures_is_refused():
    """One line names the stage's class and what it lacks, before any split is lost to it."""
    with pytest.raises(UsageError, match="NoNames has no 'signals'"):
        recipe(NoNames())


@pytest.mark.parametrize("expect", [{"survivors": (0, 1)}, {"stage gopher": (0, 1)}, {"survival_docs": (0.5, 0.1)}])
def test_bands_that_cannot_be_met_are_refused(expect):
    """Bands are for shares a report has, with the lower bound first."""
    with pytest.raises(UsageError, match="expects"):
        recipe(expect=expect)


def test_the_loss_of_a_site_can_be_expected_where_duplicates_are_removed():
    """Without a stage that removes duplicates there is no such share."""
    assert recipe(ExactDuplicates(), expect={"site_loss": (0.0, 0.5)}).expect == {"site_loss": (0.0, 0.5)}
    with pytest.raises(UsageError, match="expects 'site_loss'"):
        recipe(Language(), expect={"site_loss": (0.0, 0.5)})


@dataclass(frozen=True)
class NoNames:
    name: str = "mine"
    measures: bool = False


def test_segments_are_cut_after_extraction_and_at_barriers():
    """Extracted text is kept for later runs; barriers are where all splits meet."""
    exact, near = ExactDuplicates(), NearDuplicates()
    first, second, third = recipe(Language(), exact, near, Rules(gopher.quality)).segments()
    assert first.reads == Read()
    assert [stage.name for stage in first.stages] == ["extract"]
    assert ([stage.name for stage in second.stages], second.barriers) == (["language"], (exact, near))
    assert ([stage.name for stage in third.stages], third.barriers) == (["gopher.quality"], ())


def test_barriers_can_come_last_or_right_after_extraction():
    """No order of stages is special; every stage is in exactly one segment."""
    for stages in ([ExactDuplicates()], [ExactDuplicates(), Language(), NearDuplicates()], []):
        made = recipe(*stages)
        names = [s.name for segment in made.segments() for s in (*segment.stages, *segment.barriers)]
        assert ["read", *names] == list(made.stage_names)


def test_the_best_can_only_be_kept_behind_its_score():
    """A typo in the name of the score, or a score that comes too late, is said before work starts."""
    score = Score("quality", quality.score)
    for stages in ([NearDuplicates(keep="best")], [NearDuplicates(keep="best"), score]):
        with pytest.raises(UsageError, match=r"dedup_near needs the scores of a stage before it.*no 'quality'"):
            recipe(*stages)
    with pytest.raises(UsageError, match="no 'qualty'"):
        recipe(score, ExactDuplicates(keep="best", best_by="qualty"))
    recipe(score, ExactDuplicates(keep="best"))


@pytest.mark.parametrize(
    ("stages", "said"),
    [((), "begin with Read"), ((Language(),), "begin with Read"), ((Read(), Language(), Language()), "more than one")],
)
def test_a_recipe_that_cannot_run_is_refused(stages, said):
    """The mistake is named before any work."""
    with pytest.raises(UsageError, match=said):
        Recipe("wrong", stages)


@pytest.mark.parametrize("sizes", [{"split_bytes": 0}, {"split_bytes": 5e6}, {"part_bytes": -1}])
def test_a_size_that_cannot_be_is_refused(sizes):
    """Half a byte, or none, would end in an exception or in a part for every split."""
    with pytest.raises(UsageError, match="whole number of at least 1"):
        Recipe("wrong", (Read(),), **sizes)


def test_what_has_no_stable_description_is_refused():
    """A lambda would make two different recipes look alike."""

    @dataclass(frozen=True)
    class Holder:
        function: object

    with pytest.raises(UsageError, match="no stable description"):
        describe(Holder(lambda text: text))


@pytest.mark.parametrize(
    ("name", "said"),
    [("nonesuch", "no recipe 'nonesuch'"), ("curate.errors", "has no Recipe"), ("missing.py", "no recipe file")],
)
def test_an_unknown_recipe_is_a_users_mistake(name, said):
    """One line that says what there is."""
    with pytest.raises(UsageError, match=said):
        load_recipe(name)


@pytest.mark.parametrize("name", ["fineweb", "c4", "massivetext", "refinedweb"])
def test_the_fast_form_of_a_recipe_has_another_extractor_and_nothing_else(name):
    """It is called what loads it, so that commands which only have a report find it again."""
    published, fast = load_recipe(name), load_recipe(f"{name}:fast")
    differing = [i for i, pair in enumerate(zip(published.stages, fast.stages, strict=True)) if pair[0] != pair[1]]
    assert [fast.stages[i].name for i in differing] == ["extract"]
    assert [each.stages[differing[0]].extractor for each in (published, fast)] == ["trafilatura", "blocks"]
    stages = [{"name": name} for name in fast.stage_names]
    report = {"recipe": fast.name, "settings": describe(fast), "stages": stages}
    assert recipe_of(report) == fast
    assert recipe_of(report | {"recipe": name}) is None


def test_a_recipe_that_extracts_nothing_has_no_other_extractor():
    """Nor has any recipe one that does not exist."""
    with pytest.raises(UsageError, match="no stage that extracts"):
        Recipe("texts", (Read(),)).with_extractor("blocks", "fast")
    with pytest.raises(UsageError, match="unknown extractor 'nonesuch'"):
        load_recipe("c4").with_extractor("nonesuch", "fast")


@pytest.mark.parametrize("name", ["fineweb:fast", "c4", "massivetext", "refinedweb:fast"])
def test_recipes_of_the_papers_curate_the_sample_crawl(name, tmp_path, curate):
    """Each runs to the end on real stages, keeps some articles and drops most pages; a third of the crawl will do."""
    whole = (ROOT / "sample_data" / "crawl.warc.gz").read_bytes()
    shard = tmp_path / "third.warc.gz"
    shard.write_bytes(whole[: whole.index(b"\x1f\x8b\x08\x00", len(whole) // 3)])
    done = curate("run", shard, "--out", tmp_path / "out", "--recipe", name, "--workers", 1)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["recipe"] == name
    assert 0.01 < report["totals"]["survival_docs"] < 0.3


def imported_by(roots: list[str]) -> set[str]:
    """The files of our packages that some of them import, also inside functions, from source alone."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            else:
                continue
            for module in modules:
                path = module.replace(".", "/")
                files = [ROOT / each for each in (f"{path}.py", f"{path}/__init__.py") if (ROOT / each).is_file()]
                waiting += [str(each.resolve().relative_to(ROOT)) for each in files]
    return found


def test_whatever_decides_counts_towards_the_version_of_the_code():
    """What a worker, a barrier or a recipe imports is among the deciding files, whatever its name."""
    counted = {name for name, _ in deciding_files()}
    rooms = ("curate/dedup", "curate/stages")
    workers = [str(path.relative_to(ROOT)) for room in rooms for path in (ROOT / room).glob("*.py")]
    workers += ["curate/engine/segment.py", "curate/engine/phases.py", "curate/extract/sandbox_child.py"]
    workers += ["curate/blocklists.py", "curate/output/parts.py"]
    # Extractors are imported by name.
    workers += [f"{module.partition(':')[0].replace('.', '/')}.py" for module in EXTRACTORS.values()]
    recipes = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "pipelines").glob("*.py")
        if "\nrecipe = " in path.read_text()  # plans of mixtures stand there too, and decide about no page
    ]
    deciding = {name for name in imported_by([*workers, *recipes]) if name.split("/")[0] != "pipelines"}
    assert len(deciding) > 80
    assert deciding - counted == set()
    assert {"classifiers/models/quality.npz", "curate/extract/html_tokens.py"} <= counted


def test_what_only_shows_or_trains_is_named_by_its_place():
    """Each name is of something that is there, and a file of such a name elsewhere would count."""
    assert [name for name in sorted(NOT_DECIDING) if not (ROOT / name).exists()] == []
    counted = {name for name, _ in deciding_files()}
    assert not any(name.startswith(("curate/report/", "curate/whatif/")) or name in NOT_DECIDING for name in counted)
    assert all("/" in name for name in NOT_DECIDING)


def test_the_bands_suit_the_threshold():
    """A pair at the threshold meets nearly always, by the probability the bands give; settings given are kept."""
    for threshold in (0.5, 0.7, 0.8, 0.9):
        assert NearDuplicates(threshold=threshold).minhash.candidate_probability(threshold) > 0.9
    assert NearDuplicates(threshold=0.8).minhash == MinHash()
    assert NearDuplicates(threshold=0.5, settings=MinHash()).minhash == MinHash()
    assert replace(NearDuplicates(), threshold=0.5).minhash == NearDuplicates(threshold=0.5).minhash
