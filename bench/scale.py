"""How cost, memory and disk grow with the crawl: runs over WARCs as large as a crawl's, made of the pages at hand.

    python bench/scale.py [--megabytes 100] [--warcs 1] [--workers 1 2] [--nodes 8] [--folder DIR]

A crawl's WARC has 1,000 megabytes; twenty of them take about two CPU hours and 30 GB of disk.

Every copy of a page lacks other words, one in ten or fewer, so that copies are no near-duplicates and reach the last
stages. Pages are stored without their transfer codings, one response each. `--nodes` runs the smallest crawl on so many
nodes of Ray on this machine, each of one core: what they do takes as long as the cores here need, but the driver's own
CPU time is what it would be. The driver's time is serial: with the time of all others spread over n workers, a run is
(all) / (driver + others / n) times as fast as one worker. What is made is removed again.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline import ROOT, measured

sys.path.insert(0, str(ROOT))
from curate.inputs.input_file import Split
from curate.inputs.sources import plan, read, resolve
from curate.warc.pages import Limits, Page, ReadCounts

TEXT = re.compile(rb"(?<=>)[^<>]{20,}(?=<)")
DRIVER = """
import json, resource, sys
from curate.cli import main
code = main(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_SELF)
json.dump({"cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}, open(sys.argv[1], "w"))
sys.exit(code)
"""
CLUSTER = """
import subprocess, sys
from ray.cluster_utils import Cluster
cluster = Cluster()
for _ in range(int(sys.argv[1])):
    cluster.add_node(num_cpus=1, memory=4 << 30, object_store_memory=100 << 20)
code = subprocess.run([*sys.argv[2:], "--ray-address", cluster.address]).returncode
cluster.shutdown()
sys.exit(code)
"""


def pages_of(warc: Path) -> list[Page]:
    """The pages of a crawl."""
    splits: list[Split] = [split for item in resolve([str(warc)]) for split in plan([item], 1 << 40)]
    records = (record for split in splits for record in read(split, limits=Limits(), counts=ReadCounts()))
    return [record for record in records if isinstance(record, Page)]


def without_words(html: bytes, copy: int) -> bytes:
    """A page without every tenth word of its texts, or one in more; which ones is the copy's."""

    def thinned(found: re.Match[bytes]) -> bytes:
        words = found[0].split(b" ")
        del words[copy % 10 :: 10 + copy // 10]
        return b" ".join(words)

    return TEXT.sub(thinned, html)


def record(page: Page, copy: int) -> bytes:
    """A response record of a copy of a page."""
    body = without_words(page.html, copy)
    kind = f"text/html; charset={page.charset}" if page.charset else "text/html"
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    address = f"{page.url}{'&' if '?' in page.url else '?'}copy={copy}"
    head = {"WARC-Type": "response", "WARC-Target-URI": address, "WARC-Date": page.date,
            "Content-Type": "application/http; msgtype=response", "Content-Length": len(http)}  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"WARC/1.0\r\n{lines}\r\n".encode("utf-8", "surrogateescape") + http + b"\r\n\r\n"


def records(pages: list[Page]) -> Iterator[bytes]:
    """Compressed records without end, copy after copy."""
    from isal import igzip

    copy = 0
    while True:
        for page in pages:
            yield igzip.compress(record(page, copy), 2)
        copy += 1


def make(pages: list[Page], folder: Path, warcs: int, size: int) -> None:
    """Write so many WARCs of about a size in bytes."""
    made = records(pages)
    for number in range(warcs):
        with (folder / f"{number:05d}.warc.gz").open("wb") as file:
            while file.tell() < size:
                file.write(next(made))


def run(warcs: list[Path], workers: int, nodes: int, scratch: Path) -> dict[str, float]:
    """Run the default recipe; CPU s of all and of the driver, and what it has left."""
    out, noted = scratch / "out", scratch / "driver.json"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-c", DRIVER, str(noted), "run", *map(str, warcs), "--out", str(out), "--quiet"]
    cluster = [sys.executable, "-c", CLUSTER, str(nodes)] if nodes else []
    figures = measured([*cluster, *command, *([] if nodes else ["--workers", str(workers)])], cwd=ROOT)
    report, driver = json.loads((out / "report.json").read_text()), json.loads(noted.read_text())
    left = {folder: sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
            for folder in (out, out / "work")}  # fmt: skip
    shutil.rmtree(out)
    return figures | {
        "pages": report["totals"]["records_in"], "kept": report["totals"]["docs_out"], "driver": driver["cpu"],
        "stages": sum(stage["seconds"] for stage in report["stages"]), "driver_mb": driver["peak_mb"],
        "left": left[out] - left[out / "work"], "work": left[out / "work"],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--warc", type=Path, default=ROOT.parent / "shared/data/crawl/dev.warc.gz")
    parser.add_argument("--megabytes", type=float, default=100, help="of a WARC")
    parser.add_argument("--warcs", type=int, nargs="+", default=[1])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--nodes", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where crawls and outputs are (default: the temporary folder)")
    options = parser.parse_args()
    if not options.warc.exists():
        print(f"skipped: {options.warc} is not there")
        return
    scratch = Path(tempfile.mkdtemp(prefix="scale-", dir=options.folder))
    try:
        make(pages_of(options.warc), scratch, max(options.warcs), round(options.megabytes * 1e6))
        print(f"{'WARCs':>6}{'pages':>9}{'by':>10}{'CPU s':>8}{'ms/page':>9}{'stages':>8}{'driver s':>10}{'wall s':>8}"
              f"{'peak MB':>9}{'driver MB':>11}{'work B/page':>13}{'output B/page':>15}{'kept':>8}")  # fmt: skip
        whole = [(count, workers, 0) for count in options.warcs for workers in options.workers]
        for count, workers, nodes in [*whole, *([(options.warcs[0], 1, options.nodes)] if options.nodes else [])]:
            found = run(sorted(scratch.glob("*.warc.gz"))[:count], workers, nodes, scratch)
            pages = found["pages"]
            print(f"{count:>6}{pages:>9,}{f'{nodes} nodes' if nodes else workers:>10}{found['cpu']:>8.1f}"
                  f"{1000 * found['cpu'] / pages:>9.2f}{1000 * found['stages'] / pages:>8.2f}{found['driver']:>10.1f}"
                  f"{found['wall']:>8.1f}{found['peak_mb']:>9.0f}{found['driver_mb']:>11.0f}"
                  f"{found['work'] / pages:>13,.0f}{found['left'] / pages:>15,.0f}"
                  f"{found['kept']:>8,}", flush=True)  # fmt: skip
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
