"""Fuzz our extractor with bounds checks on: `python bench/extractor_fuzz.py --shared ../shared/data --minutes 5`.

Real pages are cut, garbled and spliced with pieces of markup; the first exception stops the run and leaves the page in
`crash.html`. Compiling with bounds checks takes a minute and is not counted.
"""

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

MARKUP = """< > </ <!-- --> & &# &#x " ' <p> </a> <svg> <template> </table> <td> <tr> <pre> <title> </title> <br><br>
<select> <h1> </h2> <li> <x/> <div/> </p> <foreignobject> <noscript> <math> </math> <mfrac> <msup> <mi>x <annotation>
</annotation> <sup> </sup> <sub> </sub> 2 x <code> </code> <samp> <table> <td/colspan=9> <td/rowspan=9> <caption> <ol>
<dl> <dt> <dd> <blockquote> </blockquote> <figcaption> $$ $ \\( \\) \\[ <img/alt=\\frac{a}{b}> &nbsp; ...
<section/id=a-b> <div/id=c> [\u2026]"""
LONG = (
    "<a href=x>",
    "<script type=text/template>",
    "&nGt;" * 50,
    "<div>" * 300,
    "<span>" * 300,
    "</span>" * 300,
    "<script type=math/tex>",
    "<script type='math/tex; mode=display'>x_1</script>",
    "<div class='highlight code'>",
    "<div class=line>",
    "<td class=gutter>",
    "<span class=katex-html>",
    "<span class=MathJax>",
    "<math display=block>",
)
PIECES = [piece.encode() for piece in (*MARKUP.split(), *LONG)] + [b"\0", b"\xc2", b"\xe2\x80", b"\xff", b"\xe3"]


def mutated(page: bytes, rng: random.Random) -> bytes:
    html, kind = bytearray(page), rng.randrange(5)
    if kind == 0:
        return bytes(html[rng.randrange(len(html) + 1) :])
    if kind == 1:
        return bytes(html[: rng.randrange(len(html) + 1)])
    for _ in range(rng.randrange(1, 200 if kind == 2 else 60)):
        at = rng.randrange(len(html) + 1)
        if kind == 2 and at < len(html):
            html[at] = rng.randrange(256)
        elif kind == 3:
            html[at:at] = rng.choice(PIECES)
        else:
            del html[at : at + rng.randrange(400)]
    return bytes(html)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ["NUMBA_BOUNDSCHECK"] = "1"
    os.environ["NUMBA_CACHE_DIR"] = str(Path(tempfile.gettempdir()) / "extractor-fuzz-cache")
    from curate.extract import MARKUPS
    from curate.extract.blocks import extract_page
    from curate.extract.training.examples import SETS, read_set

    files = [options.shared / "gold" / f"{name}.jsonl.zst" for name in SETS]
    pages = [page.html.encode("utf-8", "replace") for file in files for page in read_set(file, 1)]
    pages = [page for page in pages if len(page) < 200_000]
    rng, done = random.Random(options.seed), 0
    extract_page("<p>warm")
    started = time.process_time()
    while time.process_time() - started < options.minutes * 60:
        html = mutated(rng.choice(pages), rng)
        try:
            markup = rng.choice(MARKUPS)
            extract_page(html if rng.random() < 0.5 else html.decode("utf-8", "replace"), markup=markup).text.encode()
        except BaseException:
            Path("crash.html").write_bytes(html)
            raise
        done += 1
    print(f"{done} mutated pages in {options.minutes:g} CPU minutes with bounds checks, no error")


if __name__ == "__main__":
    main()
