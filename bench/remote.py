"""What reading from a server costs beside reading from disk: CPU, requests and bytes, by the size of what is asked for.

    python bench/remote.py [ARCHIVE]

The server is a process of its own on this machine, so that its CPU is not counted; there is no network in between.
The last line is what comparing the digests that WARC records carry would add.
"""

import hashlib
import multiprocessing
import sys
import time
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

sys.path.insert(0, str(Path(__file__).parents[1]))

from curate.inputs import remote_files as remote
from curate.inputs import transfer
from curate.inputs.sources import plan, read, resolve
from curate.warc.pages import Limits, ReadCounts
from tests.curate.fault_server import FaultServer

ARCHIVE = Path(__file__).parents[2] / "shared/data/crawl/dev.warc.gz"
SPLIT_BYTES = 8 << 20
BLOCKS = (1, 2, 4, 10, 16)  # MiB
ROUNDS = 3


def serve(path: Path, addresses: multiprocessing.Queue) -> None:
    """Serve one file until killed."""
    with FaultServer(files={f"/{path.name}": path.read_bytes()}) as server:
        addresses.put(f"{server.url}/{path.name}")
        time.sleep(1e6)


def read_all(spec: str) -> tuple[float, int, int, int]:
    """CPU seconds, pages, requests and bytes asked for."""
    asked: list[int] = []
    fetch = transfer.fetch

    def counted(name, request, start, count, **settings):
        asked.append(count)
        return fetch(name, request, start, count, **settings)

    transfer.fetch = counted
    began = time.process_time()
    splits = list(plan(resolve([spec]), SPLIT_BYTES))
    pages = sum(1 for split in splits for _ in read(split, limits=Limits(), counts=ReadCounts()))
    transfer.fetch = fetch
    return time.process_time() - began, pages, len(asked), sum(asked)


def digests(path: Path) -> tuple[float, int]:
    """CPU seconds of hashing every record's block once, and how many records carry a digest."""
    seconds, carrying = 0.0, 0
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            block = record.raw_stream.read()
            carrying += any(record.rec_headers.get_header(f"WARC-{kind}-Digest") for kind in ("Block", "Payload"))
            began = time.process_time()
            hashlib.sha1(block).digest()
            seconds += time.process_time() - began
    return seconds, carrying


def main(path: Path) -> None:
    """Print the table, the least of some rounds each."""
    multiprocessing.set_start_method("spawn")
    addresses: multiprocessing.Queue = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(path, addresses), daemon=True)
    server.start()
    address, size = addresses.get(), path.stat().st_size
    read_all(str(path))
    rows = {"disk": min(read_all(str(path)) for _ in range(ROUNDS))}
    for block in BLOCKS:
        remote.BLOCK_BYTES = block << 20
        rows[f"{block} MiB"] = min(read_all(address) for _ in range(ROUNDS))
    print(f"{path.name}, {size:,} bytes, splits of {SPLIT_BYTES:,}")
    for name, (seconds, pages, requests, bytes_) in rows.items():
        print(
            f"{name:>7}: {pages:,} pages, {seconds:.2f} s of CPU, {requests} requests, {bytes_ / size:.2f} of the bytes"
        )
    seconds, carrying = digests(path)
    print(f"SHA-1 of all blocks: {seconds:.2f} s of CPU; {carrying:,} records carry a digest")
    server.kill()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ARCHIVE)
