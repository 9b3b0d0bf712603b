"""What an installation costs and holds: the wheel in fresh environments, extra by extra, outside the repository.

    python bench/install.py                       this Python, all extras one after another
    python bench/install.py python3.12 core,run   another Python, and only these

Each extra is added to the environment of the one before. Its megabytes and CPU seconds (those of pip and of compiling
to bytecode) are what was added, and after each a check runs that needs it, and one that the missing ones are named. It
needs a package index.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEXT = {"core": "pii", "pii": "run", "run": "s3", "s3": "ray", "ray": "all"}
WORKS = {
    "core": "from curate.filters import gopher, c4; from curate.classifiers import quality\n"
    "assert gopher.quality('Too short.').rule == 'min_words' and quality.score(['Login'])[0] < .5",
    "pii": "from curate.filters import pii; assert pii.find('(0)30 90182012')",
    "run": "from curate.cli import main; import sys\n"
    "sys.exit(main(['run', sys.argv[1], '--out', sys.argv[2], '--workers', '1', '--quiet']))",
    "s3": "from curate.inputs import s3; s3.access()",
    "ray": "from curate.cli import main; import sys\n"
    "sys.exit(main(['run', sys.argv[1], '--out', sys.argv[2], '--workers', '2', '--quiet']))",
    "all": "from curate.recipe import load_recipe; load_recipe('webtext')",
}
MISSING = {
    "core": ("from curate.filters import pii; pii.find('(0)30 90182012')", "webcurate[pii]"),
    "pii": ("import curate.stages", "webcurate[run]"),
    "run": ("import curate.cluster as c; list(c.Workers(2).map(len, [('a',), ('b',)]))", "webcurate[ray]"),
}


def run(*command: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command outside the repository, with nothing of this environment on its path."""
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


def cpu() -> float:
    """CPU seconds of all commands so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def megabytes(folder: Path) -> float:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def built(folder: Path) -> Path:
    """A wheel of this tree."""
    done = run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def main(python: str, extras: list[str]) -> None:
    """Install and check one extra after another."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel, own = built(folder / "dist"), folder / "venv/bin/python"
        assert run(python, "-m", "venv", folder / "venv").returncode == 0
        site = next((folder / "venv/lib").glob("python*/site-packages"))
        before, version = megabytes(site), run(own, "-V").stdout.strip()
        for extra in extras:
            started = cpu()
            target = str(wheel) if extra == "core" else f"{wheel}[{extra}]"
            done = run(own, "-m", "pip", "install", "-q", "--disable-pip-version-check", target)
            assert done.returncode == 0, done.stderr
            spent, now = cpu() - started, megabytes(site)
            out = folder / f"out-{extra}"
            works = run(own, "-I", "-c", WORKS[extra], ROOT / "sample_data/crawl.warc.gz", out, cwd=folder)
            told = "works" if works.returncode == 0 else works.stderr.strip().splitlines()[-1]
            if extra in MISSING and NEXT[extra] in extras:
                code, said = MISSING[extra]
                lacks = run(own, "-I", "-c", code, cwd=folder).stderr
                told += f", {said} is named" if said in lacks else f", not named: {lacks[-200:]}"
            print(f"{version} {extra:5} {now - before:7.1f} MB more  {spent:6.1f} CPU s  {told}", flush=True)
            before = now


if __name__ == "__main__":
    chosen = sys.argv[2].split(",") if len(sys.argv) > 2 else list(WORKS)
    main(sys.argv[1] if len(sys.argv) > 1 else sys.executable, chosen)
