"""One copy of the code under two names, and nothing of ours that breaks where somebody else has the short one."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SAME = """
import filters, classifiers, pipelines
from filters import gopher
import filters.c4, classifiers.quality, pipelines.webtext
import curate.filters, curate.classifiers, curate.pipelines.webtext
from curate.filters import gopher as ours
assert gopher is ours and gopher is curate.filters.gopher is filters.gopher
assert filters is curate.filters and classifiers is curate.classifiers and pipelines is curate.pipelines
assert filters.c4 is curate.filters.c4 and classifiers.quality is curate.classifiers.quality
assert pipelines.webtext.recipe is curate.pipelines.webtext.recipe
"""
ONE_COPY = """
import pickle, sys
from filters.verdict import Verdict
import curate.filters.verdict
assert Verdict.__module__ == curate.filters.verdict.__spec__.name == "curate.filters.verdict"
assert pickle.loads(b"cfilters.verdict\\nVerdict\\n.") is Verdict  # an old pickle
assert b"curate.filters" in pickle.dumps(Verdict())
ours = [m for m in sys.modules.values() if "verdict" in str(getattr(m, "__file__", "")) and m.Verdict is not Verdict]
assert not ours
try:
    import filters.nothing
except ModuleNotFoundError as error:
    assert error.name == "filters.nothing", error
else:
    raise AssertionError
"""
SURVIVES = """
from curate.filters import gopher, pii, url
from curate.classifiers import language, quality, toxicity
from curate.dedup import near_duplicates
from curate.extract import extract
from curate.recipe import load_recipe
assert gopher.quality("Too short.").rule == "min_words"
assert language.identify("Der Zug nach Hamburg fährt heute von einem anderen Gleis ab.")[0] == "de"
assert quality.score(["Login"])[0] < 0.5 and toxicity.score(["calm"])[0] < 0.5
assert near_duplicates(["one two three four five six"] * 2).tolist() == [0, 0]
assert pii.redact("jo@example.org") == "<EMAIL_ADDRESS>"
assert load_recipe("webtext").name == "webtext"
import sys
assert "filters" not in sys.modules and "classifiers" not in sys.modules and "pipelines" not in sys.modules
import filters
assert filters.__file__ != gopher.__file__ and filters.THEIRS
import filters.mine, filters.gopher_of_mine
from filters import mine
"""
SHADOWED = """
import curate
try:
    {line}
except ImportError as error:
    assert "import curate.filters.gopher" in str(error) and "hides" in str(error) and error.args, error
else:
    raise AssertionError("{line}")
"""


def run(code: str, cwd: Path, **environment: str) -> None:
    """Run code in a process of its own; what it raises fails the test."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder with packages of somebody else that have our short names."""
    for name in ("filters", "classifiers", "pipelines"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("THEIRS = True\n")
        (folder / "mine.py").write_text("")
        (folder / "gopher_of_mine.py").write_text("")
    return tmp_path


@pytest.mark.parametrize("where", ["elsewhere", "repository"])
def test_both_names_give_the_same_objects(where, tmp_path):
    """Whatever is imported first, in the repository and outside it."""
    folder = tmp_path if where == "elsewhere" else ROOT
    run(SAME, folder)
    run(ONE_COPY, folder)


def test_everything_works_where_somebody_else_has_the_short_names(theirs):
    """A folder `filters/` in the working directory is found first, and is nothing to us."""
    run(SURVIVES, theirs)


@pytest.mark.parametrize("line", ["import filters.gopher", "from filters import gopher"])
def test_a_hidden_short_name_is_a_clear_error(line, theirs):
    """It says which file hides ours, and the name that works."""
    run(SHADOWED.format(line=line), theirs)


def test_a_run_works_in_such_a_folder(theirs, record, write_warc):
    """The command, its workers, and recipes by name."""
    page = "<html lang=en><body><p>" + "The mill stood at the bend of the river and the farmers came. " * 40
    write_warc(theirs / "in.warc.gz", [record("https://example.org/a", page)])
    run(
        "from curate.cli import main; assert main(['run', 'in.warc.gz', '--out', 'out', '--workers', '1']) == 0", theirs
    )
    assert (theirs / "out" / "manifest.json").is_file()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a wheel of this tree installs."""
    if int(version("setuptools").split(".")[0]) < 77:
        pytest.skip("building the wheel needs setuptools 77 or later")
    root, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name in ("curate", "filters", "classifiers", "pipelines"):
        shutil.copytree(ROOT / name, root / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, root)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        root / "dist",
        root,
    ]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = (root / "dist").glob("*.whl")
    shutil.unpack_archive(built, target, "zip")
    return target


def test_a_wheel_holds_everything_below_one_name(wheel, tmp_path):
    """Beside `curate` there are three small files, and both names give the same objects."""
    assert sorted(path.name for path in wheel.iterdir() if not path.name.endswith(".dist-info")) == [
        "classifiers.py", "curate", "filters.py", "pipelines.py",
    ]  # fmt: skip
    assert (wheel / "curate" / "classifiers" / "models" / "quality.npz").is_file()
    place = f"import curate; assert curate.__file__.startswith({str(wheel)!r}), curate.__file__\n"
    for code in (place + SAME, ONE_COPY):
        run(code, tmp_path, PYTHONPATH=str(wheel))


def test_a_package_of_that_name_may_be_installed_beside_a_wheel(wheel, theirs):
    """Its folder takes precedence over our file and overwrites nothing: all that is ours is there by its long name."""
    both = theirs / "both"
    shutil.copytree(wheel, both)
    for name in ("filters", "classifiers", "pipelines"):
        shutil.move(theirs / name, both / name)
    run(SHADOWED.format(line="from filters import gopher"), theirs, PYTHONPATH=str(both))
    run(
        "import filters; assert filters.THEIRS; from curate.pipelines.webtext import recipe",
        theirs,
        PYTHONPATH=str(both),
    )


def test_modules_run_by_both_names(tmp_path):
    """`python -m` finds a module's code under either name."""
    for name in ("curate.filters.verdict", "filters.verdict"):
        subprocess.run([sys.executable, "-m", name], cwd=tmp_path, check=True, capture_output=True)
