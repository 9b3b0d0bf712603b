"""Coverage-guided fuzzing of the reader, the charset decoder and the filters.

    pip install atheris
    python bench/fuzz.py reader|charset|filters [--minutes 10] [--shared ../shared/data]

Seeds are the archives of the hostile corpus and, where there is one, the beginning of a real crawl. The first
exception, or an input that takes over 20 s, ends the run and leaves the input in a file. Compiled kernels run with
bounds checks.
"""

import argparse
import io
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["NUMBA_BOUNDSCHECK"] = "1"
os.environ["NUMBA_CACHE_DIR"] = str(Path(tempfile.gettempdir()) / "fuzz-cache")
MAX_BYTES = 1 << 16


def reader(data: bytes) -> None:
    """Any bytes are an archive or none; pages are typed, and splits read what the whole reads."""
    from curate.errors import NotAnArchiveError
    from curate.warc.pages import Page
    from curate.warc.reading import read_pages

    try:
        for page in read_pages(io.BytesIO(data)):
            if isinstance(page, Page):
                assert isinstance(page.html, bytes)
                assert isinstance(page.url, str)
                page.html.decode(page.charset, "replace")
    except NotAnArchiveError:
        pass


def charset(data: bytes) -> None:
    """Any bytes decode to text that can be stored."""
    from curate.documents import storable
    from curate.warc.charset import decide_charset, decode

    for label in ("", data[:20].decode("latin-1")):
        name = decide_charset(data[20:], label)
        storable(decode(data[20:], name)).encode("utf-8")


def filters(data: bytes) -> None:
    """Every filter is total on any text."""
    from math import isfinite

    from curate.filters import c4, fineweb, gopher, pii, refinedweb, toxicity, url

    text = data.decode("utf-16-le", "surrogatepass") if _is_utf_16(data) else data.decode("utf-8", "replace")
    for rules in (gopher.repetition, gopher.quality, c4.quality, fineweb.quality, refinedweb.quality):
        assert all(isfinite(value) for value in rules.signals(text).values()), rules
        rules(text)
    c4.clean_lines(text)
    assert 0 <= toxicity.density(text) <= 1
    url.quality(text[:200])
    once = pii.redact(text)
    assert isinstance(once, str)
    for span in pii.find(text):
        assert 0 <= span.start < span.end <= len(text)


def _is_utf_16(data: bytes) -> bool:
    """An even number of bytes of which the first is odd; such texts may hold lone surrogates."""
    return len(data) % 2 == 0 and data[:1] != b"" and data[0] % 2 == 1


TARGETS = {"reader": reader, "charset": charset, "filters": filters}


def write_seeds(folder: Path, target: str, shared: Path) -> None:
    import gzip
    import zlib
    from itertools import islice

    from curate.warc.pages import Page
    from curate.warc.reading import read_pages
    from tests.curate.hostile_cases import cases

    for number, (_, data) in enumerate(cases(0.0005)):
        if target == "reader":
            (folder / f"h{number}").write_bytes(data[:MAX_BYTES])
            if data[:2] == b"\x1f\x8b":
                try:
                    (folder / f"p{number}").write_bytes(gzip.decompress(data)[:MAX_BYTES])
                except (OSError, EOFError, zlib.error):
                    continue
            continue
        try:
            for page in read_pages(io.BytesIO(data)):
                if isinstance(page, Page):
                    (folder / f"h{number}").write_bytes((page.html or (page.text or "").encode())[:MAX_BYTES])
        except Exception:
            continue
    crawl = shared / "crawl" / "dev.warc.gz"
    if crawl.is_file() and target != "reader":
        from curate.extract import extract

        for number, page in enumerate(islice(read_pages(crawl), 300)):
            data = page.html if target == "charset" else extract(page.html, extractor="blocks").encode()
            (folder / f"r{number}").write_bytes(data[:MAX_BYTES])
    elif crawl.is_file():
        (folder / "real").write_bytes(crawl.read_bytes()[:MAX_BYTES])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data")
    options = parser.parse_args()
    import atheris

    with atheris.instrument_imports(include=["curate", "presidio_analyzer"], enable_loader_override=False):
        for name in (
            "curate.warc.pages",
            "curate.documents",
            "curate.warc.charset",
            "curate.filters.pii",
            "curate.filters.gopher",
        ):
            import_module(name)
    seeds = Path(tempfile.mkdtemp(prefix="fuzz-seeds-"))
    write_seeds(seeds, options.target, options.shared)
    TARGETS[options.target](b"warm up: compile, load")
    flags = [f"-max_total_time={int(options.minutes * 60)}", f"-max_len={MAX_BYTES}", "-timeout=20", "-seed=1",
             "-rss_limit_mb=6000", "-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={seeds}/"]  # fmt: skip
    atheris.Setup([sys.argv[0], str(seeds), *flags], TARGETS[options.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
