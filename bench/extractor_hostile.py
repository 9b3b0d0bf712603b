"""CPU of our extractor on hostile pages of 3 MB: `python bench/extractor_hostile.py`; the goal is 150 ms for each."""

import random
import time

from curate.extract.blocks import extract_page

MIB3 = 3_000_000

# What a page repeats.
REPEATED = {
    "<p>": "<p>",
    "<p>x": "<p>x",
    "<p>some words": "<p>some words of a sentence, and then some.",
    "<li>": "<li class='item x'>a",
    "table rows": "<tr><td>a<td>b",
    "nested div": "<div>",
    "nested div with text": "<div>x",
    "nested tables": "<table><tr><td>x",
    "nested lists": "<ul><li>x",
    "<b>": "<b>",
    "<a>": "<a href=/>x",
    "links round blocks": "<a href=/><div>x</a>",
    "unmatched end tags": "</div>",
    "unmatched </p>": "</p>",
    "headings": "<h1>x<h2>y",
    "class tokens per element": "<div class='a-b c-d e-f g-h'>x</div>",
    "comment starts": "<!--",
    "titles": "<title>x</title>",
    "&amp": "&amp",
    "&#x26;": "&#x26;",
    "&nGt;": "&nGt;",
    "long entity name": "&" + "C" * 40,
    "<": "<",
    "</": "</",
    "<br>": "x<br>",
    "<br><br>": "x<br><br>",
    "pres": "<pre> x</pre>",
    "spaces": "  x",
    "one line": "word ",
    "no-break": "\u00a0x",
    "combining pairs": "e\u0301\u0323",
    "NUL": "\0",
    "svg": "<svg><path><p>x",
    "template": "<template>x",
    "custom elements": "<a-b>x</a-b>",
    "han": "汉字。",
    "same text": "<p>the same line of text</p>",
    "formulas": "<math><mi>x</mi></math> ",
    "large formulas": "<math>" + "<mfrac><mi>x</mi><mn>2</mn></mfrac>" * 500 + "</math> ",
    "unclosed formulas": "<math><annotation encoding=tex>",
    "formulas in alt texts": "<img alt='" + "\\a&amp" * 500 + "'>",
    "superscripts": "x<sup>2</sup>",
    "nested superscripts": "x<sup>2",
    "dollars": "$$a $x_1$ ",
    "delimiters": "\\( \\[ ",
}
# What stands before the piece that a page repeats, the piece, and what stands behind.
BEGUN = {
    "rows in a table": ("<table>", "<tr><td>a</td><td>b</td></tr>", ""),
    "unmatched end tags under 250 open": ("<ul><table><td>" + "<div>" * 240, "</ul>", ""),
    "attributes": ("<div ", "a=b ", ""),
    "class tokens": ("<div class='", "token-is_Here ", "'>x"),
    "unclosed quote": ("<div class='", "<p>text ", ""),
    "unclosed comment": ("<!--", "<p>text ", ""),
    "unclosed script": ("<script>", "<p>text ", ""),
    "almost ends of script": ("<script>", "</scrip", ""),
    "& and digits": ("&#", "9", ""),
    "pre": ("<pre>", " x\n", ""),
    "combining marks": ("x", "\u0301", ""),
    "wide cells": ("<table>", "<tr><td colspan=50 rowspan=9>x<td>y</tr>", ""),
    "signs of paragraphs": ("<p>" + "some words of a text " * 20 + "<h2><a href=/>", "\xb6", "x"),
    "title of many words": ("<title>", "some words here ", "</title><p>some words"),
}
SOUP = (*"<div> </div> <p> <a> </a> <td> <table> </table> &amp; <li> </ul> <b>".split(), "<a href=x>", "word ")


def filled(piece: str) -> str:
    return piece * (MIB3 // len(piece))


def pages() -> dict[str, str]:
    rng = random.Random(1)
    drawn = {
        "noise": "".join(chr(rng.randrange(1, 0x250)) for _ in range(MIB3 // 2)),
        "soup": "".join(rng.choice(SOUP) for _ in range(500_000)),
        "numbers of lines": "<pre>" + "\n".join(map(str, range(400_000))),
    }
    repeated = {name: filled(piece) for name, piece in REPEATED.items()}
    begun = {name: before + filled(piece) + behind for name, (before, piece, behind) in BEGUN.items()}
    return repeated | begun | drawn


def main() -> None:
    extract_page("<p>warm")
    slowest = 0.0
    for name, html in pages().items():
        started = time.process_time()
        result = extract_page(html)
        milliseconds = (time.process_time() - started) * 1e3
        started = time.process_time()
        extract_page(html.encode())
        from_bytes = (time.process_time() - started) * 1e3
        slowest = max(slowest, milliseconds)
        size = f"{result.blocks:6} blocks  {len(result.text):8} characters"
        print(f"{milliseconds:8.1f} ms  bytes {from_bytes:8.1f} ms  {size}  {name}")
    print(f"slowest: {slowest:.0f} ms")


if __name__ == "__main__":
    main()
