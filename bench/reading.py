"""CPU time of reading a WARC: this project, warcio and FastWARC on one file in one run.

    python bench/reading.py [FILE]     the default is ../shared/data/crawl/dev.warc.gz

Each reader runs three times in turn and its best time counts. "bytes" stops at the payload of each HTML response with
its HTTP headers parsed; "page" adds what `read_pages` does: undo encodings, sniff the type, decide the charset.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from curate.warc.formats import sniff
from curate.warc.gzip_members import Bytes
from curate.warc.members import members
from curate.warc.pages import MIB, Limits, ReadCounts
from curate.warc.reading import read_pages, read_split
from curate.warc.records import WARC

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "crawl" / "dev.warc.gz"


def inflate_only(path: Path) -> int:
    """Members inflated and nothing else: the floor."""
    with path.open("rb") as file:
        walk = members(Bytes(file), 0, path.stat().st_size, WARC, tally=lambda *_: None, max_inflate=256 * MIB)
        return sum(1 for member in walk if member.read(16 * MIB))


def own_pages(path: Path) -> int:
    """`read_pages`, whole file."""
    return sum(1 for _ in read_pages(path))


def own_splits(path: Path) -> int:
    """The same in splits of 4 MiB."""
    size, step = path.stat().st_size, 4 * MIB
    with path.open("rb") as file:
        form = sniff(file)
        counts, limits = ReadCounts(), Limits()
        for start in range(0, size, step):
            for _ in read_split(file, start, min(start + step, size), limits=limits, counts=counts, format=form):
                pass
    return counts.records["response"]


def warcio(path: Path) -> int:
    """warcio, responses only, payload undone."""
    from warcio.archiveiterator import ArchiveIterator

    count = 0
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                count += bool(record.content_stream().read()) or 1
    return count


def fastwarc(path: Path) -> int:
    """FastWARC, responses only, HTTP parsed."""
    from fastwarc.stream_io import GzipReader
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    count = 0
    for record in ArchiveIterator(GzipReader(str(path)), record_types=WarcRecordType.response, parse_http=True):
        count += bool(record.reader.read()) or 1
    return count


READERS: tuple[Callable[[Path], int], ...] = (inflate_only, own_pages, own_splits, warcio, fastwarc)


def main() -> None:
    """Time every reader and print one line each."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    if not path.exists():
        sys.exit(f"{path} is missing: name a WARC file")
    responses = own_splits(path)
    best = {reader.__name__: float("inf") for reader in READERS}
    for _ in range(3):
        for reader in READERS:
            begin = process_time()
            reader(path)
            best[reader.__name__] = min(best[reader.__name__], process_time() - begin)
    for name, seconds in best.items():
        print(f"{name:14} {seconds:6.2f} s CPU   {1000 * seconds / responses:.3f} ms per response")


if __name__ == "__main__":
    main()
