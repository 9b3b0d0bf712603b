"""The page about the filters is the tables and the cases, no more and no less."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_filters_page_is_fresh():
    """docs/filters.md is what docs/make_filters.py writes today."""
    command = [sys.executable, str(ROOT / "docs" / "make_filters.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
