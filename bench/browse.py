"""`curate browse` on a million pages that no crawl has had: CPU time of opening a run and of each answer, and memory.

Rows are those of `bench/whatif.py`. An answer is a whole page of the browser: the list, one page with
its text and numbers, and the HTML around them. Rare words are the worst case: everything that fits is looked through.

    python bench/browse.py [ROWS]
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import whatif

from curate.browse.labels import Labels
from curate.browse.pages import Browser, page_of
from curate.browse.rows import open_rows

ASKED = (
    {},
    {"end": "gopher.quality min_words"},
    {"end": "gopher.quality min_words", "order": "near"},
    {"end": "quality", "score": "quality.score", "order": "high"},
    {"score": "quality.score", "least": "0.4", "most": "0.6"},
    {"end": "kept", "start": "9000"},
    {"url": "no such address"},
    {"site": "nowhere.example"},
    {"text": "river"},
    {"text": "no such words"},
    {"order": "near", "url": "no such address"},
)


def main() -> None:
    """Write rows, open them, ask, and print what each answer cost."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else whatif.ROWS
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        whatif.write(out, rows)
        before = time.process_time()
        opened = open_rows(out)
        held = sum(
            each.nbytes for each in (opened.keys, opened.ended, opened.gap, opened.language, *opened.scores.values())
        )
        print(f"{rows:,} rows opened in {time.process_time() - before:.1f} CPU s, {held / rows:.0f} bytes a row held")
        browser = Browser("bench", opened, {}, Labels(out, ""))
        page_of(browser, {})
        for asked in ASKED:
            before = time.process_time()
            page = page_of(browser, asked)
            print(f"{time.process_time() - before:8.2f} CPU s  {len(page):9,} bytes  {asked}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
