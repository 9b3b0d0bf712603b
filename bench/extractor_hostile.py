"""CPU of our extractor on hostile pages of 3 MB: `python bench/extractor_hostile.py`; none should take 150 ms."""

import random
import time

from curate.extract.blocks import extract_page

MIB3 = 3_000_000


def filled(piece: str) -> str:
    return piece * (MIB3 // len(piece))


def pages() -> dict[str, str]:
    rng = random.Random(1)
    noise = "".join(chr(rng.randrange(1, 0x250)) for _ in range(MIB3 // 2))
    soup = [*"<div> </div> <p> <a> </a> <td> <table> </table> &amp; <li> </ul> <b>".split(), "<a href=x>", "word "]
    return {
        "<p>": filled("<p>"),
        "<p>x": filled("<p>x"),
        "<p>some words": filled("<p>some words of a sentence, and then some."),
        "<li>": filled("<li class='item x'>a"),
        "table rows": filled("<tr><td>a<td>b"),
        "rows in a table": "<table>" + filled("<tr><td>a</td><td>b</td></tr>"),
        "nested div": filled("<div>"),
        "nested div with text": filled("<div>x"),
        "nested tables": filled("<table><tr><td>x"),
        "nested lists": filled("<ul><li>x"),
        "<b>": filled("<b>"),
        "<a>": filled("<a href=/>x"),
        "links round blocks": filled("<a href=/><div>x</a>"),
        "unmatched end tags": filled("</div>"),
        "unmatched end tags under 250 open": "<ul><table><td>" + "<div>" * 240 + filled("</ul>"),
        "unmatched </p>": filled("</p>"),
        "headings": filled("<h1>x<h2>y"),
        "attributes": "<div " + filled("a=b "),
        "class tokens": "<div class='" + filled("token-is_Here ") + "'>x",
        "class tokens per element": filled("<div class='a-b c-d e-f g-h'>x</div>"),
        "unclosed quote": "<div class='" + filled("<p>text "),
        "unclosed comment": "<!--" + filled("<p>text "),
        "comment starts": filled("<!--"),
        "unclosed script": "<script>" + filled("<p>text "),
        "almost ends of script": "<script>" + filled("</scrip"),
        "titles": filled("<title>x</title>"),
        "&amp": filled("&amp"),
        "&#x26;": filled("&#x26;"),
        "&nGt;": filled("&nGt;"),
        "long entity name": filled("&" + "C" * 40),
        "& and digits": "&#" + filled("9"),
        "<": filled("<"),
        "</": filled("</"),
        "<br>": filled("x<br>"),
        "<br><br>": filled("x<br><br>"),
        "pre": "<pre>" + filled(" x\n"),
        "pres": filled("<pre> x</pre>"),
        "spaces": filled("  x"),
        "one line": filled("word "),
        "no-break": filled("\u00a0x"),
        "combining marks": "x" + filled("\u0301"),
        "combining pairs": filled("e\u0301\u0323"),
        "NUL": filled("\0"),
        "noise": noise,
        "soup": "".join(rng.choice(soup) for _ in range(500_000)),
        "svg": filled("<svg><path><p>x"),
        "template": filled("<template>x"),
        "custom elements": filled("<a-b>x</a-b>"),
        "han": filled("汉字。"),
        "same text": filled("<p>the same line of text</p>"),
        "formulas": filled("<math><mi>x</mi></math> "),
        "large formulas": filled("<math>" + "<mfrac><mi>x</mi><mn>2</mn></mfrac>" * 500 + "</math> "),
        "unclosed formulas": filled("<math><annotation encoding=tex>"),
        "formulas in alt texts": filled("<img alt='" + "\\a&amp" * 500 + "'>"),
        "superscripts": filled("x<sup>2</sup>"),
        "nested superscripts": filled("x<sup>2"),
        "dollars": filled("$$a $x_1$ "),
        "delimiters": filled("\\( \\[ "),
        "wide cells": "<table>" + filled("<tr><td colspan=50 rowspan=9>x<td>y</tr>"),
        "signs of paragraphs": "<p>" + "some words of a text " * 20 + "<h2><a href=/>" + filled("\xb6") + "x",
        "numbers of lines": "<pre>" + "\n".join(map(str, range(400_000))),
        "title of many words": "<title>" + filled("some words here ") + "</title><p>some words",
    }


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
