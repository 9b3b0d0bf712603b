"""Calls spread over workers: the dead are replaced a bounded number of times, and what is lost is named."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from curate import cluster
from curate.cluster import Lost, Workers
from curate.errors import UsageError
from curate.files import DiskFullError, whole_file

ROOT = Path(__file__).parents[2]
TWO_NODES = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 80 << 20})
node = cluster.add_node(num_cpus=1, object_store_memory=80 << 20)
print(cluster.address, flush=True)
sys.stdin.readline()
cluster.remove_node(node, allow_graceful=False)
print("gone", flush=True)
sys.stdin.readline()
cluster.shutdown()
"""


def mark(folder: Path, name: str) -> int:
    """Leave a file for this call; how many of that name there are now."""
    (folder / f"{name}-{os.getpid()}-{time.monotonic_ns()}").touch()
    return len(list(folder.glob(f"{name}-*")))


def frail(folder: Path, number: int) -> int:
    """Number 1 kills its worker at the first try, number 2 always, number 3 raises."""
    tries = mark(folder, f"call{number}")
    if number == 2 or (number == 1 and tries == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 3:
        message = "no such split"
        raise KeyError(message)
    return number * 10


def fills_the_disk(folder: Path, number: int) -> int:
    """Every call finds the disk full."""
    mark(folder, "call")
    with whole_file(folder / "never"):
        raise OSError(errno.ENOSPC, "No space left on device")


def slow(folder: Path, number: int) -> int:
    """Leave a mark and take a while."""
    mark(folder, "begun")
    time.sleep(0.4)
    return number


@pytest.fixture(scope="module")
def local() -> Iterator[Workers]:
    """Two workers of a Ray of our own."""
    yield Workers(2)
    cluster.stop()


def test_dead_workers_are_replaced_three_times(local, tmp_path):
    """A call survives one death; one that always dies is lost after four tries; one that raises is not tried again."""
    results = dict(local.map(frail, [(tmp_path, number) for number in range(6)], [__name__]))
    assert {number: results[number] for number in (0, 1, 4, 5)} == {0: 0, 1: 10, 4: 40, 5: 50}
    assert isinstance(results[2], Lost)
    assert results[2].error.endswith("(4 tries)")
    assert isinstance(results[3], Lost)
    assert "KeyError" in results[3].error
    assert [len(list(tmp_path.glob(f"call{number}-*"))) for number in range(6)] == [1, 2, 4, 1, 1, 1]


def test_a_full_disk_stops_everything(local, tmp_path):
    """The first call that meets it ends the rest, on a cluster and in this process; the line says what to do."""
    with pytest.raises(DiskFullError, match=r"no space left on device; .* make room"):
        list(local.map(fills_the_disk, [(tmp_path, number) for number in range(40)], [__name__]))
    assert len(list(tmp_path.glob("call-*"))) < 40
    here = tmp_path / "here"
    here.mkdir()
    with pytest.raises(DiskFullError):
        list(Workers(1).map(fills_the_disk, [(here, number) for number in range(40)]))
    assert len(list(here.glob("call-*"))) == 1


def test_a_killed_node_costs_only_retries(tmp_path):
    """One of two nodes dies while both work: every call still has its result."""
    cluster.stop()
    environment = os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-c", TWO_NODES], **pipes, text=True, env=environment) as holder:
        address = holder.stdout.readline().strip()
        calls = [(tmp_path, number) for number in range(24)]
        results = {}
        for index, result in Workers(0, address).map(slow, calls, [__name__]):
            results[index] = result
            if len(results) == 6:
                print("kill", file=holder.stdin, flush=True)
        cluster.stop()
        assert holder.stdout.readline() == "gone\n"
        print("end", file=holder.stdin, flush=True)
    assert results == dict(enumerate(range(24)))


def test_no_cluster_at_an_address_is_the_users_mistake():
    """One line that names the address."""
    cluster.stop()
    with pytest.raises(UsageError, match=r"no Ray cluster answers at 127\.0\.0\.1:1"):
        list(Workers(2, "127.0.0.1:1").map(abs, [(1,), (2,)]))


LISTENING = """
import os, subprocess
from curate import cluster
print(sorted(cluster.Workers(2).map(abs, [(-1,), (-2,), (-3,)])))
pids, todo = set(), [os.getpid()]
listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True).stdout
parents = [line.split() for line in listed.splitlines()]
while todo:
    pids.add(todo[-1])
    todo = [*todo[:-1], *(int(pid) for pid, parent in parents if int(parent) == todo[-1])]
held = set()
for pid in pids:
    try:
        held |= {os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")}
    except OSError:
        pass
for kind in ("tcp", "tcp6"):
    for line in open(f"/proc/net/{kind}").read().splitlines()[1:]:
        words = line.split()
        if words[3] == "0A" and f"socket:[{words[9]}]" in held:
            print(words[1].partition(":")[0])
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_run_on_this_machine_listens_on_loopback_only():
    """Where no address is given, no port of Ray's can be reached from elsewhere."""
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    done = subprocess.run(
        [sys.executable, "-c", LISTENING], capture_output=True, text=True, timeout=600, env=environment
    )
    results, *addresses = done.stdout.splitlines()
    assert results == "[(0, 1), (1, 2), (2, 3)]", done.stderr
    assert len(addresses) > 3
    assert set(addresses) <= {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}
