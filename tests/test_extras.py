"""What is not installed is named: a core without the extras works, and says which of them brings what is asked for."""

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from curate.extras import BROUGHT_BY, OPTIONAL

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("curate", "filters", "classifiers", "pipelines")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CORE = ("numpy", "numba", "llvmlite", "idna", "publicsuffixlist")
SAYS_SO_ITSELF = {
    "shtab",
    "spacy",
    "torch",
}  # completion, `classifiers.names` and `curate prove` have a line of their own
COMES_WITH = {"markupsafe": "jinja2", "lxml": "lxml_html_clean"}
NOT_SHIPPED = {
    "_typeshed",
    "scipy",
    "lightgbm",
    "setuptools",
}  # for types; training the shipped models again, and building


@pytest.fixture(scope="module")
def core(tmp_path_factory) -> Path:
    """A folder with what a core installation has, by links, and nothing else."""
    folder = tmp_path_factory.mktemp("core")
    for name in CORE:
        spec = find_spec(name)
        where = Path(spec.submodule_search_locations[0] if spec.submodule_search_locations else spec.origin)
        (folder / where.name).symlink_to(where)
    libraries = Path(find_spec("numpy").origin).parents[1] / "numpy.libs"
    if libraries.is_dir():
        (folder / libraries.name).symlink_to(libraries)
    return folder


def python(core: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code with this repository and the core, and no other package."""
    before = f"import sys; sys.path += [{str(core)!r}, {str(ROOT)!r}]\n"
    command = [sys.executable, "-I", "-S", "-c", before + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=core)


CASES = {
    "pyarrow is not installed: pip install 'webcurate[run]'": "from curate.stages import Rules",
    "phonenumbers is not installed: pip install 'webcurate[pii]'": (
        "from curate.filters import pii; pii.find('(0)30 90182012')"
    ),
}


@pytest.mark.parametrize("said", CASES)
def test_a_missing_extra_is_named(core, said):
    """The error is an ImportError whose message is what to type."""
    done = python(core, f"try:\n    {CASES[said]}\nexcept ImportError as error: print(error)")
    assert (done.returncode, done.stdout.strip()) == (0, said), done.stderr


def test_the_core_works_alone(core):
    """Rules, verdicts and our own models need no extra, and other packages find out by themselves what is missing."""
    done = python(
        core,
        """
from curate.filters import c4, fineweb, gopher, refinedweb, url
from curate.filters.text_view import TextView
from curate.classifiers import language, quality, toxicity, webtext
text = TextView("This is the end of a story that was told by the sea, and all of them have heard it before.")
print(gopher.quality(text, min_words=10).rule, c4.quality(text).rule, fineweb.quality(text).rule)
print(url.quality("https://example.org/casino").rule, float(quality.score(["Login"])[0]) < 0.5)
print(float(toxicity.score(["calm"])[0]) < 0.5, 0 <= float(webtext.score(["calm"])[0]) <= 1)
print(language.identify("Der Zug nach Hamburg fährt heute von einem anderen Gleis ab.")[0])
from importlib.util import find_spec
exec("print(find_spec('pyarrow'))", {"__name__": "theirs", "find_spec": find_spec})
""",
    )
    assert done.stdout.split() == ["min_sentences", "True", "True", "True", "de", "None"], done.stderr


def test_the_command_says_it_in_one_line(core):
    """`curate` in a core installation is one line and exit code 2."""
    done = python(core, "from curate.__main__ import main; sys.exit(main())", "run", "crawl.warc.gz")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "curate: rich is not installed: pip install 'webcurate[run]'\n"


def imported() -> set[str]:
    """The first names of all that our modules import, training and measuring left out."""
    found = set()
    for path in (path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "training" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            found |= {name.partition(".")[0] for name in names}
    return found - set(sys.stdlib_module_names) - set(FLOORS)


def test_every_library_is_in_the_core_or_in_an_extra():
    """No import of ours is left out of the table, and the table names the extra that pyproject.toml puts it in."""
    assert imported() - set(CORE) - SAYS_SO_ITSELF - NOT_SHIPPED == set(BROUGHT_BY)
    assert all(library in BROUGHT_BY for library in OPTIONAL)
    extras = PROJECT["optional-dependencies"]
    declared = {extra: " ".join(lines).lower().replace("-", "_") for extra, lines in extras.items()}
    where = packages_distributions()
    for library, extra in BROUGHT_BY.items():
        names = [name.lower().replace("-", "_") for name in where.get(library, [library])]
        names = [COMES_WITH.get(name, name) for name in names]
        assert any(name in declared[extra] for name in names), (library, extra, names)
