"""Machine code is shared by checkouts, renewed when a source changes, and loaded only from files that are one's own."""

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from curate.extract import html_tokens, judging
from curate.filters import kept_code, kernels, ngrams


def _imported(path: Path) -> set[Path]:
    """Files of this project that a file imports at its top level, as Python's own parser and import see them."""
    found = set()
    for node in ast.parse(path.read_bytes()).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                try:
                    importlib.import_module(f"{node.module}.{alias.name}")
                    names.append(f"{node.module}.{alias.name}")
                except ModuleNotFoundError:
                    names.append(node.module or "")
        ours = (name for name in names if name.split(".")[0] == "curate")
        found |= {Path(str(importlib.import_module(name).__file__)) for name in ours}
    return found


@pytest.mark.parametrize("module", [html_tokens, judging, kernels, ngrams])
def test_code_is_stamped_with_every_file_it_is_made_from(module, monkeypatch):
    """A change to any file that a module imports, directly or not, is another stamp; one to another file is not."""
    closure, left = set(), [Path(module.__file__)]
    while left:
        path = left.pop()
        if path not in closure:
            closure.add(path)
            left += _imported(path)
    before, read = kept_code.stamp_of(module.__file__), kept_code._read
    changed = [*closure, Path(os.__file__)]
    stamps = set()
    for path in changed:
        monkeypatch.setattr(kept_code, "_read", lambda name, path=path: read(name) + b"#" * (Path(name) == path))
        stamps.add(kept_code.stamp_of.__wrapped__(module.__file__))
    assert len(closure) > 3
    assert len(stamps - {before}) == len(closure)


SOURCE = """
from curate.filters.compiled import kernel
from numba.core.event import Listener, register

@kernel
def twice(number):
    return number + number

class Count(Listener):
    times = 0
    def on_start(self, event):
        Count.times += 1
    def on_end(self, event):
        pass

register("numba:compile", Count())
print(twice(21), Count.times)
"""


def _run(folder: Path, kept: Path) -> list[str]:
    folder.mkdir(exist_ok=True)
    (folder / "doubling.py").write_text(SOURCE)
    environment = {**os.environ, "CURATE_COMPILED": str(kept), "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, str(folder / "doubling.py")]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.split()


def test_a_second_checkout_compiles_nothing(tmp_path):
    """The same source elsewhere is served from the user's folder; a file that lost its end is compiled again."""
    kept = tmp_path / "kept"
    assert _run(tmp_path / "one", kept) == ["42", "1"]
    assert _run(tmp_path / "two", kept) == ["42", "0"]
    (file,) = kept.rglob("*.code")
    file.write_bytes(file.read_bytes()[:-1])
    assert _run(tmp_path / "two", kept) == ["42", "1"]
    assert _run(tmp_path / "one", kept) == ["42", "0"]


def test_only_ones_own_whole_files_are_loaded(tmp_path):
    """Files that others can write, damaged ones and those of another name are as good as none."""
    files = kept_code._Files(str(tmp_path), "function", "stamp")
    files.save("key", ("code", 1))
    files.save("other", ("code", 2))
    assert files.load("key") == ("code", 1)
    assert files.load("missing") is None
    assert kept_code._Files(str(tmp_path), "function", "later").load("key") is None
    first, second = (Path(files._place(key)[0]) for key in ("key", "other"))
    assert sorted(tmp_path.iterdir()) == sorted((first, second))
    for mode, found in ((0o664, None), (0o646, None), (0o600, ("code", 1))):
        first.chmod(mode)
        assert files.load("key") == found
    first.write_bytes(second.read_bytes())
    assert files.load("key") is None
    for damaged in (b"", first.read_bytes()[:40], b"\0" * 100):
        first.write_bytes(damaged)
        assert files.load("key") is None
    files.save("key", ("code", 3))
    assert files.load("key") == ("code", 3)


def test_another_user_s_file_is_not_loaded(tmp_path, monkeypatch):
    """What belongs to somebody who is neither this user nor root is not loaded."""
    files = kept_code._Files(str(tmp_path), "function", "stamp")
    files.save("key", "code")
    owner = Path(files._place("key")[0]).stat().st_uid
    real = os.fstat
    monkeypatch.setattr(os, "fstat", lambda handle: os.stat_result((*real(handle)[:4], owner + 1, *real(handle)[5:])))
    assert files.load("key") is None


def test_where_code_is_kept(tmp_path, monkeypatch):
    """The user's cache, or the folder that a variable names, or beside the modules."""
    for name in ("CURATE_COMPILED", "NUMBA_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept_code.folder_of_user() == str(tmp_path / "webcurate" / "compiled")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/numba")
    assert kept_code.folder_of_user() == "/numba"
    monkeypatch.setenv("CURATE_COMPILED", "/ours")
    assert kept_code.folder_of_user() == "/ours"
    monkeypatch.setenv("CURATE_COMPILED", "off")
    assert kept_code.folder_of_user() == ""


VERSION = "0123456789abcdef-py311-0.68.0-0.48.1"


def test_code_that_nobody_runs_is_swept_away(tmp_path, monkeypatch):
    """A new folder takes the place of those of versions that were last used long ago; other files stay."""
    for name in (f"old-{VERSION}", f"new-{VERSION}", "photographs", "theirs-py311-1.0"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.code").touch()
        if name != f"new-{VERSION}":
            os.utime(tmp_path / name, (0, 0))
    kept_code._make.__wrapped__(str(tmp_path / f"newest-{VERSION}"))
    assert {path.name for path in tmp_path.iterdir()} == {
        f"new-{VERSION}",
        f"newest-{VERSION}",
        "photographs",
        "theirs-py311-1.0",
    }
