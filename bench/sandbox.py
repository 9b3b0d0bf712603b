"""What the sandbox costs beside extraction: the pages of a WARC extracted in this process and in a child.

    python bench/sandbox.py ../shared/data/crawl/dev.warc.gz [EVERY]

Prints CPU milliseconds a page (of every EVERY-th page) and one digest of all texts, spans and expected F1, the same
for both ways.
"""

import sys
import time
from collections.abc import Callable
from hashlib import sha256

from curate.extract import DEFAULT_EXTRACTOR, Extracted, extract_spans
from curate.extract.sandbox import WARM_UP_PAGE, Sandbox
from curate.warc import Page, read_pages


def digest_of(pages: list[Page], extract: Callable[..., Extracted]) -> str:
    """One digest of what comes out of all pages."""
    digest = sha256()
    for page in pages:
        digest.update(repr(extract(page.html, charset=page.charset, extractor=DEFAULT_EXTRACTOR)).encode())
    return digest.hexdigest()[:16]


def main() -> None:
    """Print the CPU time of both ways, and the digests."""
    every = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    pages = [page for page in read_pages(sys.argv[1]) if page.text is None][::every]
    extract_spans(WARM_UP_PAGE)
    begin = time.process_time()
    digest = digest_of(pages, extract_spans)
    here = time.process_time() - begin
    with Sandbox() as sandbox:
        sandbox.extract(WARM_UP_PAGE, extractor=DEFAULT_EXTRACTOR)
        before, begin = sandbox.cpu_seconds, time.process_time()
        sandboxed_digest = digest_of(pages, sandbox.extract_spans)
        parent, child = time.process_time() - begin, sandbox.cpu_seconds - before
    print(f"{len(pages)} pages, ms of CPU a page")
    print(f"in this process     {1000 * here / len(pages):.3f}  {digest}")
    print(f"parent              {1000 * parent / len(pages):.3f}  {sandboxed_digest}")
    print(f"child               {1000 * child / len(pages):.3f}")
    print(f"more than in this process: {1000 * (parent + child - here) / len(pages):.3f}")


if __name__ == "__main__":
    main()
