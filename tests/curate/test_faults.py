"""Runs broken on purpose, a few of each kind; `make faults` does hundreds."""

import importlib.util
import os
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "bench/faults.py"


@pytest.fixture(scope="module")
def faults() -> ModuleType:
    """The bench as a module."""
    spec = importlib.util.spec_from_file_location("bench_faults", BENCH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_faults"] = module
    spec.loader.exec_module(module)
    return module


def test_a_flipped_byte_costs_at_most_its_member(faults, tmp_path):
    """Every other page keeps its fate, and what is lost is counted as damage."""
    tally = faults.flips(tmp_path / "flips", pages=3, places=6)
    assert dict(tally.outcomes) == {"right": 18}, tally.notes


def test_a_cut_file_keeps_what_lies_before_the_cut(faults, tmp_path):
    """And counts the page that was cut."""
    tally = faults.cuts(tmp_path / "cuts", pages=12, step=700)
    assert tally.outcomes["wrong"] == 0, tally.notes
    assert tally.outcomes["right"] > 4


@pytest.mark.skipif(os.geteuid() != 0, reason="a small tmpfs needs root")
def test_a_full_disk_stops_a_run_that_then_goes_on(faults, tmp_path):
    """Whatever write the disk is full at: one error, no half-written file, and with room the usual output."""
    tally = faults.full_disks(tmp_path / "full", step=40 << 10, pages=20)
    assert set(tally.outcomes) == {"right"}, tally.notes
    assert tally.outcomes["right"] > 2


def test_a_killed_driver_goes_on_to_the_same_bytes(faults, tmp_path):
    """SIGKILL at random moments, then the same command again."""
    here = faults.place(tmp_path / "kills", pages=60)
    assert faults.finish(here, tmp_path / "usual") == ""
    want = faults.digest(tmp_path / "usual")
    tally = faults.kill_drivers(here, want, 5, random.Random(11), name="driver killed")
    assert set(tally.outcomes) == {"right"}, tally.notes


def test_a_killed_sandbox_costs_at_most_its_page(faults, tmp_path):
    """The page it had is tried again, or stands in quarantine and is counted."""
    here = faults.place(tmp_path / "kills", pages=60)
    assert faults.finish(here, tmp_path / "usual") == ""
    tally = faults.kill_sandboxes(here, faults.digest(tmp_path / "usual"), 2, random.Random(5))
    assert tally.outcomes["wrong"] == 0, tally.notes
