"""Pages in other languages, in the charsets such pages come in: declared in the header, in the page, wrongly, or not at all."""

from collections.abc import Iterator
from random import Random

from html_templates import prose, shell
from warc_records import Page
from wording import address, bank

PAGES_PER_LANGUAGE = 19


def foreign_pages(rng: Random) -> Iterator[Page]:
    """Local news from sentence banks, nineteen pages in each of twenty-three languages."""
    for heading, (section, *sentences) in ((h, [h.split(" ", 2)[2], *s]) for h, s in bank("languages").items()):
        language, charset = heading.split(" ")[:2]
        for number in range(PAGES_PER_LANGUAGE):
            picked = rng.sample(sentences, 7 if language in ("zh", "ja") else 5)
            paragraphs = [" ".join(picked[:2]), " ".join(picked[2:4]), " ".join(picked[4:])]
            url = address(
                rng, f"{language}/{number}.html", words=f"{language}-{rng.choice(('news', 'dorf', 'portal', 'lokal'))}"
            )
            yield foreign_page(url, f"{section} {number}", paragraphs, language, charset, number)


def foreign_page(url: str, title: str, paragraphs: list[str], language: str, charset: str, number: int) -> Page:
    """One page; `number` chooses how its charset is made known, and whether its language is."""
    way = number % 7
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
    declared = language if way in (0, 6) or number == 12 else ""
    if way == 0:  # UTF-8, and the server says so
        return build(url, title, paragraphs, declared, "", "utf-8", "text/html; charset=utf-8")
    if way == 1:  # the legacy charset in the header
        return build(url, title, paragraphs, declared, "", charset, f"text/html; charset={charset}")
    if way == 2:  # the legacy charset in the page only
        return build(url, title, paragraphs, declared, meta, charset, "text/html")
    if way == 3:  # UTF-8 that nobody declared
        return build(url, title, paragraphs, declared, "", "utf-8", "text/html")
    if way == 4:  # the header lies: it is UTF-8
        return build(url, title, paragraphs, declared, "", "utf-8", "text/html; charset=iso-8859-1")
    if way == 5 and number == 5:  # UTF-16 with a byte-order mark
        return build(url, title, paragraphs, declared, "", "utf-16", "text/html")
    return build(url, title, paragraphs, declared, '<meta charset="utf-8">', "utf-8", "text/html; charset=UTF-8")


def build(
    url: str, title: str, paragraphs: list[str], language: str, head: str, charset: str, content_type: str
) -> Page:
    """The page, encoded; where no language is declared, in the untranslated frame of an English publishing system."""
    html = shell(title, prose(paragraphs), lang=language, head=head, site=title.rsplit(" ", 1)[0], bare=bool(language))
    kind = "foreign language" if language else "foreign in English frame"
    return Page(kind, url, html.encode(charset, "xmlcharrefreplace"), content_type=content_type)
