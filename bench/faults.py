"""Break runs on purpose and count what came of it: kills, flipped bytes, cut files, full disks, odd files, lost nodes.

Every try ends in one of three ways: `right` (the output of an undisturbed run, digest by digest, or the same fate for
every page that was not damaged), `named` (exit code 1 or 2 and a line that says what is missing), or `wrong`. One
`wrong` and the program ends with 1. Faults that need root (a small tmpfs) or `../shared/data` are skipped by name.

    python bench/faults.py [--kills 200] [--only drivers,small,points,cluster,flips,cuts,full,odd] [--seed 1]
"""

import argparse
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from curate.cluster import Workers
from curate.engine.run import run
from curate.errors import CurateError
from curate.files import DiskFullError
from curate.recipe import load_recipe

ROOT = Path(__file__).parent.parent
ODD = ROOT.parent / "shared/data/odd"
TIME_LIMIT = 240.0  # seconds; a run that takes longer hangs
KILLS_PER_OUT = 3
HERE = Workers(1)
WORDS = (
    "the river of stone and light that we have seen was made to be a home with gardens where people walk and talk "
    "about weather music bread history water birds letters clocks engines colours mountains winter morning"
).split()

RECIPE = '''
"""Every kind of stage on many small splits."""
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, NearDuplicates, Read, Rules
from curate.filters import gopher

whole = Recipe("faults", (Read(), Extract("resiliparse"), ExactDuplicates(), NearDuplicates(threshold=0.8),
               Rules(gopher.quality)), split_bytes=SPLIT)
apart = Recipe("faults-apart", (Read(), Extract("resiliparse"), Rules(gopher.quality)), split_bytes=SPLIT)
'''


@dataclass
class Tally:
    """The outcomes of one kind of fault, and what the wrong ones looked like."""

    fault: str
    outcomes: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, outcome: str, note: str = "") -> None:
        """Count one try."""
        self.outcomes[outcome] += 1
        if outcome == "wrong":
            self.notes.append(note)
            print(f"WRONG {self.fault}: {note}", flush=True)


@dataclass(frozen=True)
class Place:
    """Where a bench works: a folder, a crawl and a recipe on it."""

    folder: Path
    crawl: Path
    recipe: Path


def words(rng: random.Random, count: int) -> str:
    """Sentences of common words, different with every call."""
    chosen = [rng.choice(WORDS) for _ in range(count)]
    return " ".join(word + ("." if i % 12 == 11 else "") for i, word in enumerate(chosen))


def members(pages: int, seed: int = 7) -> list[bytes]:
    """Response records, a gzip member each; every ninth page is a copy of an earlier one."""
    rng = random.Random(seed)
    texts: list[str] = []
    for number in range(pages):
        texts.append(texts[number // 2] if number % 9 == 8 else words(rng, rng.choice((30, 90, 160))))
    return [gzip.compress(_record(number, text), 6, mtime=0) for number, text in enumerate(texts)]


def _record(number: int, text: str) -> bytes:
    html = f"<html><head><title>t</title></head><body><main><p>{text}</p></main></body></html>"
    body = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}"
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://site{number % 9}.example/{number}\r\n"
        f"WARC-Date: 2026-07-01T00:{number // 60 % 60:02}:{number % 60:02}Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return f"{head}{body}\r\n\r\n".encode()


def place(folder: Path, pages: int = 240, split_bytes: int = 6000) -> Place:
    """A crawl and a recipe in a new folder."""
    folder.mkdir(parents=True)
    crawl, recipe = folder / "crawl.warc.gz", folder / "faults.py"
    crawl.write_bytes(b"".join(members(pages)))
    recipe.write_text(RECIPE.replace("SPLIT", str(split_bytes)))
    return Place(folder, crawl, recipe)


def small_place(folder: Path, pages: int = 240, split_bytes: int = 9000) -> Place:
    """The same crawl as a file for each page, of which about a dozen make a task."""
    here = place(folder, pages, split_bytes)
    here.crawl.unlink()
    for number, member in enumerate(members(pages)):
        target = folder / "pages" / f"page-{number:04}.warc.gz"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(member)
    return Place(folder, folder / "pages", here.recipe)


def digest(out: Path) -> str:
    """The digest of a finished run, "" when there is none."""
    try:
        return json.loads((out / "manifest.json").read_text())["digest"]
    except FileNotFoundError:
        return ""


def begin(here: Place, out: Path, address: str = "", crash: int = 0) -> int:
    """Start a run in a fork of this process, which has everything imported: kills meet the run, not the imports."""
    pid = os.fork()
    if pid:
        return pid
    code = 3
    try:
        os.dup2(os.open(here.folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.dup2(2, 1)
        if crash:
            crash_at(crash, here.folder / "changes")
        run(load_recipe(f"{here.recipe}:whole"), [str(here.crawl)], out, workers=Workers(1, address))
        code = 0
    except CurateError as error:
        print(error, file=sys.stderr)
        code = 1
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(code)


def ended(pid: int, seconds: float) -> int | None:
    """The exit code of a process within some time, None when it has not ended by then."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    return None


def kill(pid: int) -> None:
    """SIGKILL, and reap."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def finish(here: Place, out: Path, address: str = "") -> str:
    """Run to the end: "" when that went well, else what was said."""
    pid = begin(here, out, address)
    code = ended(pid, TIME_LIMIT)
    if code is None:
        kill(pid)
        return "no end within the time limit"
    return f"exit {code}: {(here.folder / 'said').read_text()[-300:]}" if code else ""


def kill_drivers(here: Place, want: str, tries: int, rng: random.Random, address: str = "", *, name: str) -> Tally:
    """SIGKILL to the driver at random moments, three times in one OUT; then it has to finish as if undisturbed."""
    tally = Tally(name)
    usual = 0.0
    while sum(tally.outcomes.values()) < tries:
        out = here.folder / "killed"
        shutil.rmtree(out, ignore_errors=True)
        kills = 0
        for _ in range(KILLS_PER_OUT if usual else 0):
            pid = begin(here, out, address)
            if ended(pid, rng.uniform(0, usual)) is None:
                kill(pid)
                kills += 1
        started = time.monotonic()
        said = finish(here, out, address)
        usual = usual or time.monotonic() - started
        left = [path.name for path in out.rglob(".tmp-*")]
        right = not said and digest(out) == want and not left
        for _ in range(kills):
            tally.add("right" if right else "wrong", f"{said}, {left}")
    return tally


def descendants(pid: int) -> Iterator[int]:
    """The processes below one of ours."""
    try:
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in children:
        yield child
        yield from descendants(child)


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def busy(root: int, what: bytes) -> list[int]:
    """Processes below `root` whose command line says they are at work."""
    found = []
    for pid in descendants(root):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if what in command:
            found.append(pid)
    return found


def kill_workers(
    here: Place, want: str, tries: int, rng: random.Random, root: int, address: str, *, name: str
) -> Tally:
    """SIGKILL to a random worker in a call, at random moments of a run, which has to end as if undisturbed."""
    tally = Tally(name)
    while sum(tally.outcomes.values()) < tries:
        out = here.folder / "worker-killed"
        shutil.rmtree(out, ignore_errors=True)
        pid, code, kills, deadline = begin(here, out, address), None, 0, time.monotonic() + TIME_LIMIT
        while code is None and time.monotonic() < deadline:
            workers = busy(root, b"ray::_there")
            if workers and kills < KILLS_PER_OUT and rng.random() < 0.5:
                with suppress(ProcessLookupError):
                    os.kill(rng.choice(workers), signal.SIGKILL)
                    kills += 1
            code = ended(pid, rng.uniform(0.01, 0.3))
        if code is None:
            kill(pid)
        said = (here.folder / "said").read_text()
        right = code == 0 and digest(out) == want
        outcome = "right" if right else "named" if code == 1 and "lost" in said else "wrong"
        for _ in range(kills):
            tally.add(outcome, f"exit {code}: {said[-300:]}")
    return tally


def kill_sandboxes(here: Place, want: str, tries: int, rng: random.Random) -> Tally:
    """SIGKILL to the process that extracts: at most the page it had, in quarantine and counted."""
    tally = Tally("sandbox killed")
    while sum(tally.outcomes.values()) < tries:
        out = here.folder / "sandbox-killed"
        shutil.rmtree(out, ignore_errors=True)
        pid, code, killed = begin(here, out), None, False
        while code is None:
            children = busy(pid, b"curate.extract.sandbox_child")
            if children and not killed and rng.random() < 0.1:
                with suppress(ProcessLookupError):
                    os.kill(children[0], signal.SIGKILL)
                    killed = True
            code = ended(pid, 0.01)
        errors = json.loads((out / "report.json").read_text())["stages"][1]["errors"] if code == 0 else {}
        if killed:
            counted = errors == {"crash": 1}
            tally.add("right" if digest(out) == want else "named" if counted else "wrong", f"exit {code}, {errors}")
    return tally


def fates(out: Path) -> dict[str, str]:
    """What became of each page: its URL, and its text's fate."""
    found = {}
    for path in sorted(out.glob("data/part-*.parquet")):
        table = pq.read_table(path, columns=["url", "text"]).to_pylist()
        found |= {row["url"]: f"kept {row['text']}" for row in table}
    for path in sorted(out.glob("dropped/part-*.parquet")):
        table = pq.read_table(path, columns=["url", "stage", "rule", "value"]).to_pylist()
        found |= {row["url"]: f"{row['stage']} {row['rule']} {row['value']}" for row in table}
    for path in sorted(out.glob("quarantine/part-*.parquet")):
        found |= {row["url"]: row["kind"] for row in pq.read_table(path, columns=["url", "kind"]).to_pylist()}
    return found


def damaged_run(here: Place, data: bytes) -> tuple[dict[str, str], dict, str]:
    """A run over damaged bytes in this process: fates, totals, and "" or the named failure."""
    archive, out = here.folder / "crawl.warc.gz", here.folder / "damaged"
    archive.write_bytes(data)
    shutil.rmtree(out, ignore_errors=True)
    try:
        report = run(load_recipe(f"{here.recipe}:apart"), [str(archive)], out, workers=HERE)
    except CurateError as error:
        return {}, {}, f"{type(error).__name__}: {error}"
    return fates(out), report["totals"], ""


def flips(folder: Path, pages: int = 24, places: int = 6) -> Tally:
    """Flip a byte at several places of every member in turn: at most that member's page may be lost, and counted."""
    tally = Tally("byte flipped, every member in turn")
    here = place(folder, pages)
    parts = members(pages)
    usual, _, _ = damaged_run(here, b"".join(parts))
    rng = random.Random(3)
    for number, member in enumerate(parts):
        for kind in range(places):
            spot = (0, 3, rng.randrange(10, len(member) // 2), rng.randrange(len(member) // 2, len(member) - 8),
                    len(member) - 6, len(member) - 2)[kind]  # fmt: skip
            bad = bytearray(member)
            bad[spot] ^= rng.randrange(1, 256)
            tally.add(*_judge(here, usual, [*parts[:number], bytes(bad), *parts[number + 1 :]], number, spot))
    return tally


def _judge(here: Place, usual: dict[str, str], parts: Sequence[bytes], number: int, spot: int) -> tuple[str, str]:
    try:
        found, totals, failed = damaged_run(here, b"".join(parts))
    except Exception as error:
        return "wrong", f"member {number} byte {spot}: {type(error).__name__}: {error}"
    mine = f"https://site{number % 9}.example/{number}"
    changed = {url for url in usual.keys() | found.keys() if usual.get(url) != found.get(url)}
    if failed and number == 0 and len(parts) == 1:
        return "named", ""
    if changed - {mine} or failed:
        return "wrong", f"member {number} byte {spot}: {failed or sorted(changed)}"
    if mine in changed and not totals["damaged_members"]:
        return "wrong", f"member {number} byte {spot}: lost without a count"
    return "right", ""


def cuts(folder: Path, pages: int = 120, step: int = 1000) -> Tally:
    """Cut the file at every 1,000 bytes: what lies before the cut has its usual fate, the cut page is counted."""
    tally = Tally(f"file cut at every {step} bytes")
    here = place(folder, pages)
    parts = members(pages)
    data = b"".join(parts)
    usual, _, _ = damaged_run(here, data)
    ends = [sum(map(len, parts[: i + 1])) for i in range(pages)]
    for cut in range(step, len(data), step):
        whole = sum(end <= cut for end in ends)
        found, totals, failed = damaged_run(here, data[:cut])
        expected = {url: usual[url] for url in (f"https://site{n % 9}.example/{n}" for n in range(whole))}
        counted = cut in ends or bool(totals.get("damaged_members"))
        if failed and not whole:
            tally.add("named")
        elif failed or found != expected or not counted:
            tally.add("wrong", f"cut at {cut}: {failed or set(found) ^ set(expected)}, {totals}")
        else:
            tally.add("right")
    return tally


@contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[int], None]]:
    """A tmpfs whose size in bytes can be set; only root may."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", folder], check=True, capture_output=True)
    try:
        yield lambda size: subprocess.run(["mount", "-o", f"remount,size={size}", folder], check=True) and None
    finally:
        subprocess.run(["umount", folder], check=True)


def full_disks(folder: Path, step: int = 4096, pages: int = 60) -> Tally:
    """A disk that is full after every 4 kB more: a clean stop, then, with room, the output of an undisturbed run."""
    tally = Tally(f"disk full after every {step} bytes")
    here = place(folder, pages, 4000)
    recipe = load_recipe(f"{here.recipe}:whole")
    run(recipe, [str(here.crawl)], folder / "usual", workers=HERE)
    with small_disk(folder / "disk") as resize:
        size, full = step, True
        while full:
            out = folder / "disk/out"
            shutil.rmtree(out, ignore_errors=True)
            resize(size)
            full = _fill(tally, recipe, here, out)
            resize(64 << 20)
            run(recipe, [str(here.crawl)], out, workers=HERE)
            left = [path.name for path in out.rglob(".tmp-*")]
            right = digest(out) == digest(folder / "usual") and not left
            tally.add("right" if right else "wrong", f"{size}: other output after making room, {left}")
            size += step
    return tally


def _fill(tally: Tally, recipe: object, here: Place, out: Path) -> bool:
    try:
        run(recipe, [str(here.crawl)], out, workers=HERE)  # type: ignore[arg-type]
    except DiskFullError:
        if list(out.rglob(".tmp-*")):
            tally.add("wrong", "half-written files stay")
        return True
    except CurateError as error:  # OUT itself cannot be made
        if "No space" not in str(error):
            tally.add("wrong", str(error))
        return True
    except Exception as error:
        tally.add("wrong", f"{type(error).__name__}: {error}")
        return True
    return False


def odd_files(folder: Path, files: Sequence[Path]) -> Tally:
    """Each odd file by itself: a finished run, or one line on what is wrong with it."""
    tally = Tally("odd files, each by itself")
    here = place(folder)
    for path in files:
        out = here.folder / "odd"
        shutil.rmtree(out, ignore_errors=True)
        try:
            run(load_recipe(f"{here.recipe}:whole"), [str(path)], out, workers=HERE)
            tally.add("right")
        except CurateError:
            tally.add("named")
        except Exception as error:
            tally.add("wrong", f"{path.name}: {type(error).__name__}: {error}")
    return tally


CLUSTER = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": STORE})
node = cluster.add_node(num_cpus=1, object_store_memory=STORE)
print(cluster.address, flush=True)
for line in sys.stdin:
    cluster.remove_node(node, allow_graceful=False)
    print("gone", flush=True)
cluster.shutdown()
"""


@contextmanager
def two_nodes(store: int = 100 << 20) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A Ray cluster of two nodes with a core each on this machine: the process that holds it, and its address.

    A line to that process kills the node that is not the head.
    """
    command = [sys.executable, "-c", CLUSTER.replace("STORE", str(store))]
    environment = os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": str(ROOT)}
    holder = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    assert holder.stdin
    assert holder.stdout
    try:
        yield holder, holder.stdout.readline().strip()
    finally:
        holder.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            holder.wait(60)
        holder.kill()
        holder.wait()


def lose_nodes(here: Place, want: str, tries: int, rng: random.Random) -> Tally:
    """Kill one of two nodes in the middle of a run: its splits are done again on the other."""
    tally = Tally("one node of two killed")
    for _ in range(tries):
        with two_nodes() as (holder, address):
            out = here.folder / "node-killed"
            shutil.rmtree(out, ignore_errors=True)
            pid = begin(here, out, address)
            while not list(out.glob("work/*/*.json")) and ended(pid, 0.01) is None:
                pass
            time.sleep(rng.uniform(0, 1))
            print("kill", file=holder.stdin, flush=True)
            code = ended(pid, TIME_LIMIT)
            if code is None:
                kill(pid)
            said = (here.folder / "said").read_text()
            right = code == 0 and digest(out) == want
            tally.add("right" if right else "wrong", f"exit {code}: {said[-300:]}")
    return tally


def usual_run(folder: Path) -> tuple[Place, str]:
    """A place to break runs in, and the digest of one that nobody broke."""
    here = place(folder)
    said = finish(here, folder / "usual")
    assert not said, said
    return here, digest(folder / "usual")


def drivers(folder: Path, tries: int, rng: random.Random) -> Iterator[Tally]:
    """Kills without a cluster: three fifths of all."""
    here, want = usual_run(folder)
    yield kill_drivers(here, want, tries * 3 // 5, rng, name="driver killed, no cluster")
    yield kill_sandboxes(here, want, tries // 10, rng)


def small(folder: Path, tries: int, rng: random.Random) -> Iterator[Tally]:
    """Kills of a run over many small inputs, of which a dozen make a task."""
    here = small_place(folder)
    said = finish(here, folder / "usual")
    assert not said, said
    yield kill_drivers(here, digest(folder / "usual"), tries, rng, name="driver killed, small inputs")


def points(folder: Path, tries: int, rng: random.Random) -> Iterator[Tally]:
    """A run over small texts ends itself by SIGKILL just before its n-th change of the disk; then it has to finish."""
    here = texts_place(folder)
    said = finish(here, folder / "usual")
    assert not said, said
    want, tally = digest(folder / "usual"), Tally("crash before the n-th change of the disk, small inputs")
    changes = disk_changes(here, folder / "counted")
    for at in sorted(rng.sample(range(1, changes + 1), min(tries, changes))):
        out = folder / "crashed"
        shutil.rmtree(out, ignore_errors=True)
        code = ended(begin(here, out, crash=at), TIME_LIMIT)
        early = digest(out)
        said = finish(here, out)
        left = [path.name for path in out.rglob(".tmp-*")]
        right = code == -signal.SIGKILL and early in ("", want) and not said and digest(out) == want and not left
        tally.add("right" if right else "wrong", f"point {at} of {changes}: exit {code}, {early}, {said}, {left}")
    yield tally


def texts_place(folder: Path, files: int = 24) -> Place:
    """Small files of lines of JSON, some pages copies of others, and a recipe in which a few of them make a task."""
    folder.mkdir(parents=True)
    rng = random.Random(11)
    pages = [words(rng, rng.choice((30, 90, 160))) for _ in range(20)]
    for number in range(files):
        rows = [{"url": f"https://s{number}.example/{i}", "text": rng.choice(pages)} for i in range(3)]
        target = folder / "texts" / f"texts-{number:02}.jsonl"
        target.parent.mkdir(exist_ok=True)
        target.write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = folder / "faults.py"
    recipe.write_text(RECIPE.replace(' Extract("resiliparse"),', "").replace("SPLIT", "20000"))
    return Place(folder, folder / "texts", recipe)


def disk_changes(here: Place, out: Path) -> int:
    """How many changes of the disk a run makes that Python sees."""
    told = here.folder / "changes"
    assert ended(begin(here, out, crash=-1), TIME_LIMIT) == 0
    return len(told.read_bytes())


def crash_at(number: int, told: Path) -> None:
    """End this process before its n-th change of the disk; for -1 only note each change in a file."""
    names = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate"}
    count = 0
    handle = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        written = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if event not in names and not written:
            return
        count += 1
        if number < 0:
            os.write(handle, b".")
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def cluster(folder: Path, tries: int, rng: random.Random) -> Iterator[Tally]:
    """Kills on a cluster of two nodes: two fifths of all, and nodes."""
    here, want = usual_run(folder)
    with two_nodes() as (holder, address):
        same = Tally("two nodes, undisturbed")
        said = finish(here, folder / "two-nodes", address)
        same.add("right" if digest(folder / "two-nodes") == want else "wrong", said)
        yield same
        yield kill_workers(here, want, tries // 4, rng, holder.pid, address, name="worker killed, two nodes")
        yield kill_drivers(here, want, tries * 3 // 20, rng, address, name="driver killed, two nodes")
    yield lose_nodes(here, want, max(1, tries // 40), rng)


def show(tallies: Sequence[Tally]) -> None:
    """The table, in Markdown."""
    print("\n| fault | tries | right | named | wrong |\n|---|---:|---:|---:|---:|")
    for tally in tallies:
        counts = tally.outcomes
        cells = [sum(counts.values()), counts["right"], counts["named"], counts["wrong"]]
        print(f"| {tally.fault} | {' | '.join(map(str, cells))} |")


def odd(folder: Path) -> Tally:
    """All of the odd files, where they are."""
    files = sorted(path for path in ODD.glob("*") if path.suffix != ".tsv")
    return odd_files(folder, files) if files else Tally("odd files: skipped, no ../shared/data/odd")


def full(folder: Path) -> Tally:
    """Full disks, where one can be made."""
    return full_disks(folder) if os.geteuid() == 0 else Tally("disk full: skipped, not root")


def main() -> None:
    """Break everything that was asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--only", default="drivers,small,points,cluster,flips,cuts,full,odd")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    # Kills first: they fork this process, which has to be as it started.
    sections: dict[str, Callable[[Path], Iterable[Tally]]] = {
        "drivers": lambda folder: drivers(folder, options.kills, rng),
        "small": lambda folder: small(folder, options.kills, rng),
        "points": lambda folder: points(folder, options.kills, rng),
        "cluster": lambda folder: cluster(folder, options.kills, rng),
        "flips": lambda folder: [flips(folder)],
        "cuts": lambda folder: [cuts(folder)],
        "full": lambda folder: [full(folder)],
        "odd": lambda folder: [odd(folder)],
    }
    tallies: list[Tally] = []
    with tempfile.TemporaryDirectory() as name:
        for section in (section for section in sections if section in options.only.split(",")):
            for tally in sections[section](Path(name) / section):
                tallies.append(tally)
                print(f"{tally.fault}: {dict(tally.outcomes)}", flush=True)
    show(tallies)
    sys.exit(any(tally.outcomes["wrong"] for tally in tallies))


if __name__ == "__main__":
    main()
