"""What users and their disks do wrong: one line, and the exit code the README gives for it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from curate.cli import INCOMPLETE_EXIT, INTERRUPTED_EXIT, USAGE_EXIT
from curate.errors import UsageError
from curate.files import DiskFullError, disk_errors
from curate.inputs.input_file import identified
from curate.inputs.sources import resolve
from curate.recipe import load_recipe
from tests.curate.archives import archive, page

RECIPE = """
from curate.recipe import Recipe
from curate.stages import Extract, Read
recipe = Recipe("small", (Read(), Extract("resiliparse")))
"""


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """A folder with an archive and a recipe."""
    (tmp_path / "a.warc.gz").write_bytes(archive(page(number) for number in range(4)))
    (tmp_path / "small.py").write_text(RECIPE)
    return tmp_path


@pytest.mark.parametrize("name", ["../../x", "..", ".x", "a/b", "x y", "", ":", "../x:recipe", "a\nb"])
def test_names_that_are_no_recipe(name: str) -> None:
    """A line that says what recipes there are."""
    with pytest.raises(UsageError, match="no recipe") as refused:
        load_recipe(name)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("code", "line"), [("recipe = (", 1), ("\n1 / 0", 2), ("import nosuchmodule", 1), ("raise ValueError('a\\nb')", 1)]
)
def test_a_recipe_file_that_does_not_load(tmp_path: Path, code: str, line: int) -> None:
    """What is wrong, and in which line of whose file."""
    (tmp_path / "mine.py").write_text(code)
    with pytest.raises(UsageError, match=rf"mine\.py line {line}: ") as refused:
        load_recipe(str(tmp_path / "mine.py"))
    assert "\n" not in str(refused.value)


def test_a_recipe_file_is_read_as_it_is(tmp_path: Path, monkeypatch) -> None:
    """Python's bytecode of a file goes by its size and second: an edit within a second must not run the old recipe."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "mine.py"
    for name in ("one", "two"):
        path.write_text(RECIPE.replace('"small"', repr(name)))
        os.utime(path, (1e9, 1e9))
        assert load_recipe(str(path)).name == name
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine.py"]


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("Rules(gopher.quality.with_limits(min_word=30))", "no limit 'min_word'; did you mean 'min_words'?"),
        ("Rules(gopher.quality.with_limits(min_words='30'))", "min_words is a number, or None for no limit, not '30'"),
        ("Rules(gopher.quality.with_limits(min_words=float('nan')))", "min_words is a number"),
        ("Rules(gopher.quality.with_dialect('datatrov'))", "did you mean 'datatrove'?"),
        ("Extract(limts=3)", "unexpected keyword argument 'limts'; did you mean 'limits'?"),
        ("Extrct()", "name 'Extrct' is not defined; did you mean 'Extract'?"),
    ],
)
def test_a_mistake_in_a_recipe_file_is_named_with_its_line(tmp_path: Path, monkeypatch, stage: str, said: str) -> None:
    """Also when the file is named by a path that is not absolute."""
    code = f"from curate.filters import gopher\nfrom curate.stages import Extract, Rules\nstage = {stage}\n"
    (tmp_path / "mine.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refused:
        load_recipe("mine.py")
    assert str(refused.value).startswith("mine.py line 3: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_stage_that_removes_everything_is_said_aloud(crawl, curate) -> None:
    """The table alone is easily overlooked."""
    (crawl / "none.py").write_text(
        RECIPE.replace("import Extract", "import Extract, Keep")
        .replace("recipe =", "def nothing(text):\n    return False\n\nrecipe =")
        .replace('"resiliparse")', '"resiliparse"), Keep("odd", nothing)')
    )
    done = curate("run", crawl / "a.warc.gz", "--out", crawl / "out", "--recipe", crawl / "none.py", "--workers", 1)
    assert "Nothing is left: odd removed all 4 pages that came to it" in done.stdout


def test_an_output_inside_the_input_is_left_out(crawl, curate) -> None:
    """A second run over the folder reads what the first read; with nothing else in it there is nothing to read."""
    run = ("run", crawl, "--out", crawl / "out", "--recipe", crawl / "small.py", "--workers", 1)
    assert curate(*run).returncode == 0
    before = (crawl / "out/manifest.json").read_bytes()
    assert curate(*run).returncode == 0
    assert (crawl / "out/manifest.json").read_bytes() == before
    assert [each.name for each in resolve([str(crawl)], out=crawl / "out")] == ["a.warc.gz"]
    done = curate("run", crawl / "out", "--out", crawl / "out", "--recipe", crawl / "small.py", "--workers", 1)
    assert done.returncode == USAGE_EXIT
    assert len(done.stderr.splitlines()) == 1


def test_a_run_below_an_input_folder_is_no_input(crawl, curate) -> None:
    """Not its dropped pages, nor its work; a run that is itself named stands for what it kept."""
    other = crawl / "more" / "earlier"
    run = ("run", crawl / "a.warc.gz", "--out", other, "--recipe", crawl / "small.py", "--workers", 1)
    assert curate(*run).returncode == 0
    assert [each.name for each in resolve([str(crawl)])] == ["a.warc.gz"]
    assert [each.path for each in resolve([str(other)])] == [str(other / "data" / "part-00000.parquet")]


def test_an_input_that_vanishes(crawl) -> None:
    """Between the list of inputs and the reading of them."""
    (found,) = resolve([str(crawl / "a.warc.gz")])
    (crawl / "a.warc.gz").unlink()
    with pytest.raises(UsageError, match=r"'a\.warc\.gz' cannot be read"):
        identified(found)


def test_a_folder_that_is_no_longer_writable_is_one_line(tmp_path: Path) -> None:
    """Refusals to write below the folder are its own; others are not taken for it."""
    with pytest.raises(DiskFullError, match="make it writable"), disk_errors(tmp_path):
        raise PermissionError(13, "Permission denied", str(tmp_path / "data"))
    with pytest.raises(PermissionError), disk_errors(tmp_path):
        raise PermissionError(13, "Permission denied", "/elsewhere/x")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs another user to be")
def test_an_output_made_read_only_at_the_end(crawl, curate, tmp_path_factory) -> None:
    """A run that may not replace its output ends with one line and exit code 1."""
    run = ["run", crawl / "a.warc.gz", "--out", crawl / "out", "--recipe", crawl / "small.py", "--workers", 1]
    assert curate(*run).returncode == 0
    (crawl / "out/report.html").unlink()  # or there would be nothing to do
    for path in (crawl, *crawl.parents):
        if Path(tempfile.gettempdir()) in path.parents:
            path.chmod(0o755)
    for path in [crawl / "out", *(crawl / "out").rglob("*")]:
        os.chown(path, 65534, 65534)
    os.chown(crawl / "out", 0, 0)
    (crawl / "out").chmod(0o755)
    home = tmp_path_factory.mktemp("home")
    os.chown(home, 65534, 65534)
    command = ["setpriv", "--reuid", "65534", "--clear-groups", sys.executable, "-m", "curate.cli", *map(str, run)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"HOME": str(home)}, timeout=600)
    if "error while loading shared libraries" in done.stderr:
        pytest.skip("this Python is in a folder that other users may not read")
    assert done.returncode in (INCOMPLETE_EXIT, USAGE_EXIT), done.stderr
    assert "Traceback" not in done.stderr
    assert "cannot write to" in done.stderr.splitlines()[-1]


def test_rows_without_a_text_are_told_what_they_lack(crawl, curate) -> None:
    """JSON lines whose text has another name give nothing, and the line says why."""
    (crawl / "rows.jsonl").write_text('{"url": "https://e.example/", "content": "A text."}\n' * 3)
    done = curate("run", crawl / "rows.jsonl", "--out", crawl / "o", "--recipe", crawl / "small.py", "--workers", 1)
    assert done.returncode == INCOMPLETE_EXIT
    assert "1 of 1 inputs have records without a field 'text'" in done.stderr
    assert "rows.jsonl has url, content; call the one that holds the text 'text'" in done.stderr
    again = curate("report", crawl / "o")
    assert "Nothing is left: read removed all 3 pages that came to it (no_text 3)." in again.stdout


def test_what_a_newcomer_types_first(curate) -> None:
    """No arguments at all, and the module by its name."""
    done = curate()
    assert done.returncode == 0
    assert "curate run" in done.stdout and "curate report" in done.stdout and "curate inspect" in done.stdout
    asked = subprocess.run([sys.executable, "-m", "curate", "--version"], capture_output=True, text=True, check=True)
    assert asked.stdout.startswith("curate ")


def test_an_interrupted_run_says_how_to_go_on(crawl, curate, monkeypatch) -> None:
    """One line with the command, and the exit code that shells expect; the same command then finishes."""
    run = ["run", crawl / "a.warc.gz", "--out", crawl / "out", "--recipe", crawl / "small.py", "--workers", 1]
    with monkeypatch.context() as patched:
        patched.setattr("curate.engine.run.advance_all", interrupted)
        done = curate(*run)
    assert done.returncode == INTERRUPTED_EXIT
    assert done.stderr.splitlines()[-1].startswith("curate: interrupted; what is done is kept, and the same command")
    assert "Traceback" not in done.stderr
    quiet = curate(*run, "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def interrupted(*_: object) -> None:
    """Ctrl-C in the middle of a run."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(("said", "exit_code"), [("SHARDS=x", 2), ("SHARD=x", 0)])
def test_make_refuses_a_variable_it_does_not_know(said: str, exit_code: int) -> None:
    """A typo must not curate the sample crawl instead."""
    command = ["make", "--dry-run", "-C", str(Path(__file__).parents[2]), "curate", said]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == exit_code, done.stderr
    assert ("unknown variable SHARDS" in done.stderr) == (exit_code == 2)


def test_an_output_that_cannot_show_a_letter_does_not_fail_a_run(crawl) -> None:
    """A finished run ends with 0 and a line that can be pasted into a shell, whatever the encoding of its output."""
    command = [sys.executable, "-m", "curate.cli", "run", "a.warc.gz", "--recipe", "small.py", "--workers", "1"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*command, "--out", "ü b"], cwd=crawl, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert rb"curate inspect '\xfc b' --stage STAGE" in done.stdout


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read: No such file"), ("", "names nothing to read")])
def test_a_list_is_named_as_it_was_given(tmp_path: Path, content: str | None, said: str) -> None:
    """Not as an address."""
    if content is not None:
        (tmp_path / "list.txt").write_text(content)
    with pytest.raises(UsageError) as refused:
        list(resolve([f"@{tmp_path}/list.txt"]))
    assert f"'{tmp_path}/list.txt' {said}" in str(refused.value)


def test_a_report_that_cannot_be_written_is_the_users_to_mend(crawl, curate) -> None:
    """Nothing was done, so the exit code is 2."""
    run = ("run", crawl / "a.warc.gz", "--recipe", crawl / "small.py", "--out", crawl / "out", "--workers", 1)
    assert curate(*run).returncode == 0
    (crawl / "file").touch()
    for way in ("--html", "--chart"):
        done = curate("report", crawl / "out", way, crawl / "file" / "page")
        assert done.returncode == USAGE_EXIT
        assert done.stderr == f"curate: {crawl}/file/page cannot be written: Not a directory\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("run", "a", "--workers", "abc"),
            "argument --workers: invalid int value: 'abc'; curate run --help explains",
        ),
        (
            ("run", "a", "--quiet", "--verbose"),
            "--verbose: not allowed with argument --quiet; curate run --help explains",
        ),
        (("audit", "draw"), "; curate audit --help explains"),
        (("run", "a", "--out", ""), "curate: --out is empty: name a folder, or leave the option out"),
    ],
)
def test_a_wrong_option_is_one_line(curate, arguments, said) -> None:
    """Not a list of all options with the mistake at its end."""
    done = curate(*arguments)
    assert (done.returncode, done.stdout) == (USAGE_EXIT, "")
    assert done.stderr.endswith(f"{said}\n") and done.stderr.count("\n") == 1


def test_what_is_asked_of_the_wrong_file(crawl, curate) -> None:
    """An archive is no page, a file is no run, a list has to be text: one line each."""
    (crawl / "latin").write_bytes(b"caf\xe9\n")
    run = ("run", crawl / "a.warc.gz", "--recipe", crawl / "small.py", "--out", crawl / "out", "--workers", 1)
    assert curate(*run).returncode == 0
    for arguments, said in (
        (
            ("explain", crawl / "small.py", crawl / "a.warc.gz"),
            f"a.warc.gz is an archive: name the address of a page in it, and --in {crawl}/a.warc.gz",
        ),
        (("audit", "sample", crawl / "small.py"), "small.py holds no manifest.json: no run has finished there"),
        (("takedown", crawl / "out", "--urls", crawl / "latin"), "latin is no list: it is not text in UTF-8"),
        (("takedown", crawl / "out", "--urls", crawl / "none"), "none cannot be read: No such file or directory"),
        (("inspect", crawl / "out", "-n", "0"), "-n must be 1 or more and --chars 0 or more, not 0 and 300"),
    ):
        done = curate(*arguments)
        assert (done.returncode, done.stdout) == (USAGE_EXIT, "")
        assert done.stderr.endswith(f"{said}\n") and done.stderr.count("\n") == 1


def test_a_folder_whose_name_is_no_utf8_is_refused_at_once(crawl, curate) -> None:
    """Arrow would refuse it only after all the work; an input may have any name."""
    odd = os.fsdecode(b"\xff\xfe")
    (crawl / "a.warc.gz").rename(crawl / f"{odd}.warc.gz")
    command = ("run", crawl / f"{odd}.warc.gz", "--recipe", crawl / "small.py", "--workers", "1", "--out")
    done = curate(*command, crawl / odd)
    assert (done.returncode, "no UTF-8" in done.stderr) == (USAGE_EXIT, True)
    assert not (crawl / odd).exists()
    assert curate(*command, crawl / "out").returncode == 0


def test_a_plan_that_cannot_be_kept_is_the_users_to_mend(crawl, curate) -> None:
    """One line, as for a report."""
    done = curate("plan", crawl / "a.warc.gz", "--recipe", crawl / "small.py", "--out", crawl / "small.py/x/out")
    assert done.returncode == USAGE_EXIT
    assert done.stderr.endswith("out.plan.json cannot be written: Not a directory\n")


def test_a_column_of_two_types_is_named(tmp_path: Path, curate) -> None:
    """A stage of the user's own that lets Arrow guess: the old output stays, and the line says what to do."""
    recipe = """
from dataclasses import dataclass
import pyarrow as pa
from curate.recipe import Recipe
from curate.stages import Outcome, Read
from curate.filters.verdict import KEPT

@dataclass(frozen=True)
class Length:
    name: str = "length"
    measures: bool = False
    signals: tuple[str, ...] = ()
    def __call__(self, documents):
        lengths = [len(text) / 2 if len(text) % 2 else len(text) for text in documents.texts()]
        return Outcome(documents.with_column("length", pa.array(lengths)), [KEPT] * len(documents))

recipe = Recipe("mine", (Read(), Length()), split_bytes=200)
"""
    (tmp_path / "mine.py").write_text(recipe)
    for name, words in (("a", 41), ("b", 42)):
        (tmp_path / f"{name}.jsonl").write_text(f'{{"text": "{"y" * words}"}}\n' * 4)
    done = curate("run", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--recipe", tmp_path / "mine.py", "--workers", "1",
                  "--out", tmp_path / "out")  # fmt: skip
    assert done.returncode == INCOMPLETE_EXIT
    assert "the column 'length' is double here and int64 there" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not [path.name for path in (tmp_path / "out").glob(".tmp-*")]
