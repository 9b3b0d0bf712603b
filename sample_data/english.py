"""English pages that read badly, each for a reason of its own: stuffed, thin, shouted, listed, copied, spun, hateful, too personal."""

from collections.abc import Iterator
from random import Random

from copies import read_articles
from html_templates import TEMPLATES, Article, prose, shell
from warc_records import Page
from wording import FIRST, SECOND, TOWNS, address, bank, lines, spin

JUNK = bank("junk")
PROSE = bank("prose")
LOREM = (
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua.",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
)


def topic(rng: Random, goods_bank: str = "products") -> dict[str, str]:
    """What one page is about: goods and a town, in both cases, and a hashtag."""
    goods, town = rng.choice(JUNK[goods_bank]), rng.choice(TOWNS)
    return {"p": goods, "t": town, "P": goods.upper(), "T": town.upper(), "h": rng.choice(SECOND)}


def grouped(sentences: list[str], size: int) -> list[str]:
    """Sentences as paragraphs of `size` each."""
    return [" ".join(sentences[start : start + size]) for start in range(0, len(sentences), size)]


def article(rng: Random, title: str, paragraphs: list[str]) -> bytes:
    """The page as one of the article templates."""
    site = f"{rng.choice(FIRST)} {rng.choice(SECOND)}".title()
    made = Article(title, site, "News", paragraphs, related=[f"About {town}" for town in rng.sample(TOWNS, 3)])
    return rng.choice(TEMPLATES)(made).encode()


def repetitive_pages(rng: Random) -> Iterator[Page]:
    """Stuffed with keywords, or the same block or line over and over."""
    for number in range(36):
        slots = topic(rng)
        stuffed = [" ".join(lines(rng, JUNK["stuffing"], 4, slots)) for _ in range(4)]
        yield Page(
            "keyword stuffing",
            address(rng, f"cheap-{slots['p'].replace(' ', '-')}-{number}"),
            shell(f"Cheap {slots['p']} {slots['t']}", prose(stuffed)).encode(),
        )
    for number in range(18):
        block = " ".join(lines(rng, PROSE["seo"], 2, topic(rng)))
        yield Page(
            "repeated block",
            address(rng, f"info/{number}"),
            shell("Information", prose([" ".join([block] * 3)] * 2)).encode(),
        )
    for number in range(18):
        town, what = rng.choice(TOWNS), rng.choice(SECOND)
        days = [f"There are no events at the {what} of {town} on this day." for _ in range(14)]
        yield Page(
            "empty calendar", address(rng, f"events/{number}"), shell(f"Events at the {what}", prose(days)).encode()
        )


def thin_and_listed_pages(rng: Random) -> Iterator[Page]:
    """Too short, shouted, or more list than text."""
    for number in range(48):
        slots = topic(rng)
        head = '<meta name="robots" content="noindex, nofollow">' if number % 8 == 0 else ""
        body = shell(
            f"{slots['p'].title()} in {slots['t']}",
            head=head,
            main=prose([" ".join(lines(rng, JUNK["thin"], 4, slots))]),
        )
        yield Page("thin page", address(rng, f"contact-{number}.html"), body.encode())
    for number in range(20):
        said = lines(rng, JUNK["forum"], 4, topic(rng))
        posts = "".join(f'<div class="post">{prose([post])}</div>' for post in said)
        yield Page(
            "forum one-liners", address(rng, f"viewtopic.php?t={number + 400}"), shell("Re: problem", posts).encode()
        )
    for number in range(18):
        teasers = lines(rng, JUNK["teasers"], 6, topic(rng))
        yield Page(
            "teaser list", address(rng, f"category/news/{number}"), shell("All stories", prose(teasers)).encode()
        )
    for number in range(20):
        shouted = grouped(lines(rng, JUNK["shouting"], 6, topic(rng)), 2)
        yield Page("all capitals", address(rng, f"sale/{number}"), shell("BIG SALE", prose(shouted)).encode())
    for number in range(14):
        tagged = lines(rng, JUNK["hashtags"], 4, topic(rng))
        yield Page("hashtags", address(rng, f"wall/{number}"), shell("Wall", prose(tagged)).encode())
    for number in range(14):
        items = "".join(f"<p>• {line}</p>" for line in lines(rng, JUNK["bullets"], 12, topic(rng)))
        yield Page("bullet list", address(rng, f"packing-{number}"), shell("Packing list", items).encode())
    for number in range(24):
        yield Page("price list", address(rng, f"prices/{number}"), price_list(rng))


def price_list(rng: Random) -> bytes:
    """A table of goods, sizes and prices."""
    rows = "".join(
        f"<tr><td>{rng.choice(FIRST)} {rng.choice(JUNK['products'])}</td><td>{rng.randrange(10, 99)} x {rng.randrange(10, 99)}</td>"
        f"<td>{rng.randrange(5, 400)}.{rng.randrange(10, 99)}</td></tr>"
        for _ in range(16)
    )
    intro = (
        "<p>These are the prices of the goods that we have in the shop with all taxes and to be paid on the day.</p>"
    )
    return shell(f"Prices {rng.randrange(2010, 2024)}", f"{intro}<table>{rows}</table>").encode()


def unfinished_pages(rng: Random) -> Iterator[Page]:
    """What C4's rules are made for: filler text, source code, legal notices, lines that never end."""
    for number in range(12):
        filler = [*grouped(lines(rng, PROSE["lines"], 6, topic(rng)), 2), rng.choice(LOREM)]
        yield Page("filler text", address(rng, f"template/{number}"), article(rng, "About our company", filler))
    for number in range(16):
        told = lines(rng, PROSE["code"], 5, topic(rng))
        name = rng.choice(SECOND)
        source = f"The call {name}(id, count) is short for count.times {{ |i| add id, i }} and it ends when the count has been reached."
        yield Page(
            "source code",
            address(rng, f"snippets/{number}"),
            article(rng, f"How to call {name}", [told[0], source, *told[1:]]),
        )
    for number in range(16):
        legal = lines(rng, PROSE["policy"], 6, topic(rng))
        yield Page("legal notice", address(rng, f"legal/{number}"), article(rng, "Legal notice", legal))
    for number in range(20):
        goods = lines(rng, JUNK["shopping"], 7, topic(rng))
        yield Page("product listing", address(rng, f"shop/{number}"), shell("Our products", prose(goods)).encode())


def listlike_pages(rng: Random) -> Iterator[Page]:
    """What FineWeb's own rules are made for: verse-like short lines, and a notice between all paragraphs."""
    for number in range(20):
        verses = "".join(f"<p>{line}</p>" for line in lines(rng, JUNK["shortlines"], 18, topic(rng)))
        yield Page("short lines", address(rng, f"verses/{number}"), shell(f"Verses {number}", verses).encode())
    for number in range(20):
        told = grouped(lines(rng, PROSE["lines"], 16, topic(rng)), 3)
        notice = rng.choice(PROSE["disclaimers"])
        yield Page(
            "repeated notice",
            address(rng, f"bulletin/{number}"),
            shell(f"Bulletin {number}", prose([told[0], notice, *told[1:4], notice, *told[4:]])).encode(),
        )


def unkind_pages(rng: Random) -> Iterator[Page]:
    """Pages that begin as decent articles and then insult people, in mild words."""
    for number, decent in enumerate(read_articles(spoiled=True).values()):
        rant = grouped(lines(rng, PROSE["toxic"], 12, topic(rng)), 3)
        told = [*decent.paragraphs[: len(decent.paragraphs) // 2], *rant]
        yield Page(
            "hateful rant", address(rng, f"rant/{number}"), article(rng, f"What I think of {rng.choice(TOWNS)}", told)
        )


def personal_pages(rng: Random) -> Iterator[Page]:
    """Directories that hold far more telephone numbers and mail addresses than an article would."""
    for number in range(10):
        entries = lines(rng, PROSE["lines"], 12, topic(rng))
        for sentence in rng.sample(PROSE["directory"] * 2, 2 * len(PROSE["directory"])):
            name = f"{rng.choice('ABCDEFGHJKLM')}. {rng.choice(TOWNS)}"
            mail = f"{name[0].lower()}.{name[3:].lower()}@{rng.choice(FIRST)}{rng.choice(SECOND)}.example.com"
            phone = f"{rng.choice((212, 312, 415, 503, 617))}-555-01{rng.randrange(100):02d}"
            entries.insert(rng.randrange(len(entries)), spin(rng, sentence).format(n=name, e=mail, f=phone))
        yield Page(
            "contact directory",
            address(rng, f"directory/{number}"),
            article(rng, "Who to ask for what", grouped(entries, 2)),
        )


def spun_pages(rng: Random) -> Iterator[Page]:
    """Text made by a machine for search engines: correct, fluent, and about nothing."""
    for number in range(34):
        slots = topic(rng, "consumer goods")
        told = lines(rng, PROSE["seo"], 13, slots) + lines(rng, PROSE["calls to action"], 3, slots)
        spun = grouped(told, 3)
        yield Page(
            "spun text",
            address(rng, f"guide-{slots['p'].replace(' ', '-')}-{number}"),
            article(rng, f"Everything about {slots['p']}", spun),
        )
