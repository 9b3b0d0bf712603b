"""Break runs on two Ray nodes on purpose, with a disk they share and with none: what came of it.

Without a shared disk each node and the driver have a file system of their own (a mount namespace with a tmpfs, which
needs root), and the output is on an S3 server (moto) that can be told to fail. Every try ends `right` (the manifest's
digest is that of an undisturbed run in one process), `named` (exit code 1 or 2 and a line), or `wrong`.

    python bench/cluster_faults.py [--shared 20] [--apart 30] [--seed 1]
"""

import argparse
import ctypes
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from faults import ROOT, TIME_LIMIT, Place, Tally, busy, digest, ended, finish, kill, place, show

from curate.cluster import Workers
from curate.engine.run import run
from curate.errors import CurateError
from curate.inputs import s3
from curate.output.publish import output_folder
from curate.recipe import load_recipe

CLONE_NEWNS = 0x20000
NODE = [sys.executable, "-m", "ray.scripts.scripts", "start", "--num-cpus", "1", "--object-store-memory", "80000000",
        "--block"]  # fmt: skip
STORE = """
import sys
from moto.server import ThreadedMotoServer
from tests.curate.fault_server import FaultServer, any_of
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
with FaultServer(forward=f"{host}:{port}", stall=1.0) as proxy:
    print(proxy.url, flush=True)
    for number, line in enumerate(sys.stdin):
        kinds, share = line.split()
        proxy.behaviour.fault = any_of(kinds.split(","), float(share), number)
        print("set", flush=True)
"""
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_health_check_timeout_ms": "60000",  # a busy machine is no dead node
    "RAY_AUTH_TOKEN": "a1" * 16,
    "CURATE_HTTP_TIMEOUT": "5",
    "CURATE_HTTP_DELAY": "0.05",
    "PYTHONPATH": str(ROOT),
}


@dataclass
class Cluster:
    """Two nodes, each with its own disk at `disk` or with none of their own, and the store of outputs, if any."""

    here: Place
    disk: Path
    apart: bool
    address: str = ""
    store: "subprocess.Popen[str] | None" = None
    nodes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    runs: int = 0

    def start_node(self, *more: str) -> None:
        """Start a node."""
        own = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs tmpfs "$0" && exec "$@"', str(self.disk)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        self.nodes.append(subprocess.Popen([*(own if self.apart else []), *NODE, *more], cwd=ROOT, **quiet))

    def tell_store(self, kinds: str, share: float) -> None:
        """Let the store fail a share of its requests."""
        if self.store:
            print(kinds, share, file=self.store.stdin, flush=True)
            self.store.stdout.readline()

    def begin(self, out: str) -> int:
        """Start a driver in a fork of this process, with a new disk of its own where nodes have one."""
        pid = os.fork()
        if pid:
            return pid
        code = 3
        try:
            os.dup2(os.open(self.here.folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            os.dup2(2, 1)
            if self.apart:
                ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS)
                subprocess.run(["mount", "--make-rprivate", "/"], check=True)
                subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.disk], check=True)
            recipe = load_recipe(f"{self.here.recipe}:whole")
            with output_folder(out, self.disk / "stage" if self.apart else None) as folder:
                run(recipe, [str(self.here.crawl)], folder, workers=Workers(0, self.address))
            code = 0
        except CurateError as error:
            print(error, file=sys.stderr)
            code = 1
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        finally:
            sys.stderr.flush()
            os._exit(code)

    def target(self) -> str:
        """Where the next run writes."""
        self.runs += 1
        return f"s3://faults/run-{self.runs}" if self.apart else str(self.disk / f"run-{self.runs}")

    def result(self, out: str) -> str:
        """The digest of a finished run."""
        if not self.apart:
            return digest(Path(out))
        with suppress(Exception):
            body = s3.client(s3.access()).get_object(
                Bucket="faults", Key=f"{out.removeprefix('s3://faults/')}/manifest.json"
            )
            return str(json.loads(body["Body"].read())["digest"])
        return ""


@contextmanager
def cluster(folder: Path, *, apart: bool) -> Iterator[Cluster]:
    """Two nodes and what they need."""
    made = Cluster(place(folder, 120, 8000), folder / "disk", apart)
    made.disk.mkdir()
    os.environ.update(SETTINGS)
    if apart:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        made.store = subprocess.Popen([sys.executable, "-c", STORE], cwd=ROOT, **pipes)
        os.environ["AWS_ENDPOINT_URL"] = made.store.stdout.readline().strip()
        s3.client(s3.access()).create_bucket(Bucket="faults")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made.address = f"127.0.0.1:{port}"
    try:
        made.start_node("--head", "--port", str(port), "--include-dashboard", "false")
        for _ in range(120):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.5)
        made.start_node("--address", made.address)
        yield made
    finally:
        for node in made.nodes:
            _end(node)
        if made.store:
            made.store.kill()
            made.store.wait()


def _end(node: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(node.pid, signal.SIGKILL)
    node.wait()


Fault = Callable[[Cluster, str, int, float, random.Random], int]  # the run, its driver, its usual seconds


def worker_killed(made: Cluster, _out: str, driver: int, usual: float, rng: random.Random) -> int:
    """SIGKILL to a worker in a call."""
    until = time.monotonic() + rng.uniform(0.2, 1) * usual
    while time.monotonic() < until or not (found := [w for n in made.nodes for w in busy(n.pid, b"ray::_there")]):
        time.sleep(0.05)
        if time.monotonic() > until + usual:
            return driver
    with suppress(ProcessLookupError):
        os.kill(rng.choice(found), signal.SIGKILL)
    return driver


def driver_killed(made: Cluster, out: str, driver: int, usual: float, rng: random.Random) -> int:
    """SIGKILL to the driver; the same command again, apart on a machine that has nothing of the first."""
    if ended(driver, rng.uniform(0.2, 0.9) * usual) is None:
        kill(driver)
    return made.begin(out)


def node_killed(made: Cluster, _out: str, driver: int, usual: float, rng: random.Random) -> int:
    """SIGKILL to all of the second node, with its disk; another takes its place."""
    time.sleep(rng.uniform(0.2, 0.9) * usual)
    for pid in busy(made.nodes[-1].pid, b""):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _end(made.nodes.pop())
    made.start_node("--address", made.address)
    return driver


def store_fails(made: Cluster, _out: str, driver: int, _usual: float, rng: random.Random) -> int:
    """A share of all answers of the store are bad, for all of the run."""
    made.tell_store("429,500,503,reset,silent,stall,short,page", rng.uniform(0.1, 0.3))
    return driver


def store_gone(made: Cluster, _out: str, driver: int, usual: float, rng: random.Random) -> int:
    """The store refuses everything for a while."""
    time.sleep(rng.uniform(0.1, 0.8) * usual)
    made.tell_store("503", 1)
    time.sleep(rng.uniform(0.5, 4))
    made.tell_store("503", 0)
    return driver


def disk_wiped(made: Cluster, _out: str, driver: int, usual: float, rng: random.Random) -> int:
    """Everything on a node's own disk goes in the middle of a run."""
    time.sleep(rng.uniform(0.2, 0.9) * usual)
    node = rng.choice(made.nodes)
    enter = ["nsenter", "-t", str(node.pid), "-m", "sh", "-c", f"rm -rf {made.disk}/*"]
    subprocess.run(enter, check=False, capture_output=True)
    return driver


def _work(out: str) -> list[str]:
    return [key for key, _ in s3.keys(f"{out}/work/", s3.access()) if key.endswith(".parquet")]


def object_lost(_made: Cluster, out: str, driver: int, usual: float, rng: random.Random) -> int:
    """A stored work file goes under a run."""
    time.sleep(rng.uniform(0.2, 0.9) * usual)
    if found := _work(out):
        s3.delete(f"s3://faults/{rng.choice(found)}", s3.access())
    return driver


def object_flipped(_made: Cluster, out: str, driver: int, usual: float, rng: random.Random) -> int:
    """A byte of a stored work file changes under a run."""
    time.sleep(rng.uniform(0.2, 0.9) * usual)
    if found := _work(out):
        client, key = s3.client(s3.access()), rng.choice(found)
        with suppress(Exception):  # it may have gone by itself
            held = client.get_object(Bucket="faults", Key=key)
            data = bytearray(held["Body"].read())
            data[rng.randrange(len(data))] ^= 1
            client.put_object(Bucket="faults", Key=key, Body=bytes(data), Metadata=held["Metadata"])
    return driver


SHARED: Sequence[Fault] = (worker_killed, driver_killed, node_killed)
APART: Sequence[Fault] = (*SHARED, store_fails, store_gone, disk_wiped, object_lost, object_flipped)


def tries(made: Cluster, want: str, faults: Sequence[Fault], count: int, rng: random.Random) -> Iterator[Tally]:
    """Cause faults in turn, each in a run of its own; an undisturbed run comes first."""
    where = "no shared disk" if made.apart else "a shared disk"
    tallies = {fault: Tally(f"{fault.__name__.replace('_', ' ')}, two nodes, {where}") for fault in faults}
    undisturbed = Tally(f"undisturbed, two nodes, {where}")
    for _ in range(2):  # the first loads and compiles
        started = time.monotonic()
        _judge(made, made.target(), want, made.begin, undisturbed)
        usual = time.monotonic() - started
    for number in range(count):
        fault = faults[number % len(faults)]
        _judge(
            made,
            made.target(),
            want,
            lambda out, fault=fault: fault(made, out, made.begin(out), usual, rng),
            tallies[fault],
        )
        print(f"{number + 1}/{count} {tallies[fault].fault}: {dict(tallies[fault].outcomes)}", flush=True)
    yield undisturbed
    yield from tallies.values()


def _judge(made: Cluster, out: str, want: str, disturb: Callable[[str], int], tally: Tally) -> None:
    pid = disturb(out)
    code = ended(pid, TIME_LIMIT)
    if code is None:
        kill(pid)
    said = (made.here.folder / "said").read_text()[-400:]
    made.tell_store("503", 0)
    found = made.result(out)
    if code == 1 and said.strip():  # what was lost is done by the same command
        pid = made.begin(out)
        again = ended(pid, TIME_LIMIT)
        right = again == 0 and made.result(out) == want
        print(f"exit 1, and {again} the second time: {said.strip()}", flush=True)
        tally.add(
            "named" if right else "wrong",
            f"exit 1: {said}; then {again}: {(made.here.folder / 'said').read_text()[-300:]}",
        )
        return
    tally.add("right" if code == 0 and found == want else "wrong", f"exit {code}: {said}")


def main() -> None:
    """Break what was asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--shared", type=int, default=20)
    parser.add_argument("--apart", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, tallies = random.Random(options.seed), []
    with tempfile.TemporaryDirectory() as name:
        usual = place(Path(name) / "usual", 120, 8000)
        said = finish(usual, usual.folder / "out")
        assert not said, said
        want = digest(usual.folder / "out")
        for kind, faults, count in (("shared", SHARED, options.shared), ("apart", APART, options.apart)):
            if count:
                with cluster(Path(name) / kind, apart=kind == "apart") as made:
                    tallies += list(tries(made, want, faults, count, rng))
    show(tallies)
    sys.exit(any(tally.outcomes["wrong"] for tally in tallies))


if __name__ == "__main__":
    main()
