"""Write docs/odd-files.md: what this reader, warcio and FastWARC read of the odd and broken archives.

python bench/odd_files.py          needs ../shared/data/odd and the packages warcio and fastwarc
"""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import process_time

from curate.errors import NotAnArchiveError
from curate.warc.pages import Limits, Page, ReadCounts, Skip
from curate.warc.reading import read_split

ROOT = Path(__file__).resolve().parents[1]
ODD = ROOT.parent / "shared" / "data" / "odd"
TARGET = ROOT / "docs" / "odd-files.md"

WHAT = {
    "whirlwind.warc.gz": "Common Crawl 2024, nothing wrong",
    "whirlwind.warc.wet.gz": "Common Crawl WET",
    "whirlwind.warc.wat.gz": "Common Crawl WAT, metadata only",
    "clipped.warc.gz": "its one record is cut",
    "clueweb-quirk.warc.gz": "WARC/0.18, LF headers, senseless dates",
    "truncated-datetime.warc": "short WARC-Date",
    "brotli-transfer.warc.gz": "brotli body",
    "gzip-transfer.warc.gz": "gzip body",
    "blackbook-truncated.warc.gz": "Heritrix, with dns: responses",
    "blackbook-truncated.arc.gz": "ARC, with dns: responses",
    "bad-non-chunked.warc.gz": "one gzip member for all records",
    "iana-chunked.warc": "chunked and gzip body",
    "resource.warc.gz": "a resource without HTTP headers",
    "wrong-chunks.warc.gz": "a record over two members; chunked body that is not",
    "digest.warc": "wrong digests, requests only",
    "post-test.warc.gz": "JSON responses to POST",
    "redirect.warc": "status 301",
    "url-agnostic-revisit.warc.gz": "revisit only",
    "wget-1-14.warc.gz": "written by wget",
    "no-content-type.warc": "no Content-Type; LF headers",
    "http204.warc": "status 204; two lengths too short",
    "broken.warc": "a length of 7",
    "chunked.warc": "chunked body",
    "variable-dates.warc": "dates of any precision; LF headers",
    "multiple-headers.warc": "repeated headers",
    "crlf-at-1k.warc.gz": "line end at a buffer border",
    "badexample.arc.gz": "ARC in one gzip member, lengths and dates wrong",
    "issue-514.warc": "redirect and wget logs",
    "txt.warc.gz": "text/plain responses",
    "bzip2.warc.bz2": "bzip2, resources only",
    "sparkwarc-cc2016.wet.gz": "WET in one gzip member, LF, lengths wrong",
    "dev-good-20pages.warc.gz": "control: 20 responses, 4 of them JSON or feeds",
    "dev-cut-midmember.warc.gz": "cut in a member",
    "dev-bitrot-one-member.warc.gz": "flipped bytes in a metadata member",
    "dev-garbage-between.warc.gz": "junk between members",
    "dev-zero-padded-tail.warc.gz": "zeros at the end",
    "dev-one-gzip-member.warc.gz": "one gzip member for all records",
    "dev-plain.warc": "not compressed",
    "dev-double-gz.warc.gz": "gzip in gzip",
    "dev-empty.warc.gz": "no bytes",
    "dev-empty-member.warc.gz": "an empty member",
    "dev-not-a-warc.warc.gz": "an HTML error page",
    "dev-lf-only.warc": "every CRLF made LF",
    "dev-huge-length.warc": "a length of 100 GB",
    "dev-negative-length.warc": "a length of -1",
    "dev-v1.1.warc.gz": "WARC/1.1",
    "html-bombs.warc.gz": "pages that are hard on parsers",
    "charsets.warc.gz": "five charsets, declared falsely or not at all",
}

HEAD = """# Odd files

This page compares three readers on 48 odd, broken and hostile archives (`../shared/data/odd`, not shipped). The columns
`warcio`, `FastWARC` and `ours` count the `response` and WET `conversion` records that each reader gets out of a file.
`!` marks a reader that ends in an exception, so that the rest of the file is lost. Our reader raises only
`NotAnArchiveError`, only before the first page, and only for a file that is not an archive.

"Pages" counts the records that became pages (status 200, HTML, not empty). "Damaged" counts damaged places, and "bytes
skipped" the bytes of the file that were lost to them, as in the report of a run. `python bench/odd_files.py` makes this
page.

| file | what is odd | warcio | FastWARC | ours | pages | damaged | bytes skipped |
|---|---|---:|---:|---:|---:|---:|---:|
"""

NOTES = """
## Where a lower count is right

- `clipped.warc.gz`: the only record is cut. The other readers return its beginning without a word. Ours counts damage.
- `dev-not-a-warc.warc.gz`: warcio turns an HTML error page into a response. Ours refuses the file and says why.
- `blackbook-truncated.arc.gz`, `badexample.arc.gz`: the `dns:` answers among the responses are skipped as `not_html`.

## What damage costs

- A damaged gzip member costs only itself. Reading continues at the next member that inflates to a record.
- A wrong length in a plain file costs nothing if the next record can be found. The block ends there, and the record
  counts as one damaged place with no byte skipped.
- If a plain file ends within its last record, that record is a skip named `truncated`, and one damaged place.
- Zero bytes at the end of a gzip file are padding, not damage.
- A broken zstd frame, a broken bzip2 stream, or a broken member of a file that is read as one stream costs its content
  from the break on, and the record before the break. Reading continues at the next frame, stream or member. Within two
  gzip layers it continues where it can.
- If one zstd frame or gzip member holds all records, everything after the break is lost, and its bytes are counted.
- A false length costs nothing up to 16 MiB. Beyond that, the bytes up to the place it points to are counted as skipped.
- A response that has lost its WARC-Type is one damaged place.
"""


def count(read: Callable[[Path], Counter[str]], path: Path) -> str:
    """How many responses and conversions a reader gets, with `!` when it ends in an exception."""
    found: Counter[str] = Counter()
    try:
        for kind in read(path):
            found[kind] += 1
    except Exception:
        return f"{found['response'] + found['conversion']} !"
    return str(found["response"] + found["conversion"])


def warcio(path: Path):
    """Record types as warcio sees them, payloads read."""
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type in ("response", "conversion"):
                record.content_stream().read()
            yield record.rec_type


def fastwarc(path: Path):
    """Record types as FastWARC sees them, payloads read."""
    from fastwarc.warc import ArchiveIterator

    for record in ArchiveIterator(str(path)):
        record.reader.read()
        yield str(record.record_type)


def own(path: Path) -> tuple[ReadCounts, int, bool]:
    """What is counted here, the pages, and whether it was refused."""
    counts = ReadCounts()
    with path.open("rb") as file:
        try:
            items: list[Page | Skip] = list(read_split(file, 0, path.stat().st_size, limits=Limits(), counts=counts))
        except NotAnArchiveError:
            return counts, 0, True
    return counts, sum(isinstance(each, Page) for each in items), False


def main() -> None:
    """Read every file with every reader and write the table."""
    if not ODD.exists():
        sys.exit("../shared/data/odd is missing")
    rows = []
    begin = process_time()
    for name, odd in WHAT.items():
        path = ODD / name
        counts, pages, refused = own(path)
        ours = "refused" if refused else str(counts.records["response"] + counts.records["conversion"])
        rows.append(
            f"| {name} | {odd} | {count(warcio, path)} | {count(fastwarc, path)} "
            f"| {ours} | {pages} | {counts.damaged_members} | {counts.bytes_skipped:,} |"
        )
    TARGET.write_text(HEAD + "\n".join(rows) + "\n" + NOTES)
    print(f"{TARGET.relative_to(ROOT)}: {len(rows)} files, {process_time() - begin:.1f} s CPU")


if __name__ == "__main__":
    main()
