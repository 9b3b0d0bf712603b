"""What stands around the code agrees with it: versions, files that are named, settings that parse."""

import re
import tomllib
from pathlib import Path

import yaml

import curate

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_one_version():
    """The package, its metadata and the citation name the same version."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert curate.__version__ == PROJECT["version"] == cited["version"]


def test_settings_parse_and_name_what_exists():
    """Workflows, templates and hooks are YAML; the workflow runs what is there, hooks what `check` installs."""
    files = [ROOT / ".pre-commit-config.yaml", ROOT / "mkdocs.yml", *(ROOT / ".github").rglob("*.yml")]
    parsed = {path.name: yaml.safe_load(path.read_text()) for path in files}
    assert len(parsed) == 5
    run = " ".join(step.get("run", "") for job in parsed["checks.yml"]["jobs"].values() for step in job["steps"])
    assert all((ROOT / name).is_file() for name in re.findall(r"[\w./]+/[\w.]+", run)) and "bench/install.py" in run
    tools = {hook["entry"].split("/")[-1].split()[0] for hook in parsed[".pre-commit-config.yaml"]["repos"][0]["hooks"]}
    checks = " ".join(PROJECT["optional-dependencies"]["check"])
    assert tools == {"ruff", "mypy", "lint-imports"} and "ruff" in checks and "mypy" in checks


def test_the_navigation_names_what_exists():
    """Each document that the site's navigation names is there; those it leaves out are added at its end."""
    nav = (ROOT / "mkdocs.yml").read_text()
    named = set(re.findall(r"[\w/-]+\.md", nav)) - {"reference/index.md"}
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert named <= there and len(named) > 30


def test_types_are_shipped():
    """Each package says that it is typed."""
    assert all((ROOT / name / "py.typed").is_file() for name in ("curate", "filters", "classifiers", "pipelines"))
