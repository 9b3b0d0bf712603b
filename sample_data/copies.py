"""Good articles, and everything that exists more than once: mirrors, syndicated copies, doorway pages, server notices."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from html_templates import TEMPLATES, Article, prose, shell, slug
from warc_records import Page
from wording import HERE, TOWNS, address, bank, host

PROSE = bank("prose")
# Told, argued or taught rather than reported: what a judge who likes encyclopaedias would lose.
PLAIN = frozenset(
    """book-review cast-iron choir dye-plants libraries night-train pawn-endings resistance small-contracts swarm
    weather-balloons""".split()
)
# Not published as they are: each is the decent part of a page on which somebody then insults people.
SPOILED = frozenset(
    """auctions compost concrete dictionaries fire-ecology glaciers glass inflation knots map-projections owls
    piano-tuning refrigeration sleep sourdough swimming tea wheel-truing""".split()
)
# Their publishers ask not to be used for training: kept with a note, dropped if a recipe honours it.
OPTED_OUT = frozenset({"juries", "storks"})
LICENSED = frozenset({"coral", "tides"})
LICENCE = '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">'
COMMENTS = (
    "Thank you, this was a pleasure to read.",
    "My grandfather did exactly this and he lived to be ninety.",
    "Could you write more about the second point some day?",
    "I am not convinced, but it is well put.",
)
SYNDICATED = (
    "This article first appeared elsewhere and is reprinted here with the kind permission of its author.",
    "A reader sent us this text last week, and we liked it so much that we asked whether we could share it.",
    "From our partners: a long read for the weekend.",
)
FAREWELLS = (
    "If you have enjoyed this article, why not pass it on to a friend.",
    "The editors are always glad to hear from readers, whether they agree or not.",
)


def read_articles(*, spoiled: bool = False) -> dict[str, Article]:
    """The texts of articles/, by file name: a title, a line `site | section`, then paragraphs; or those to be spoiled."""
    texts = {}
    for path in sorted((HERE / "articles").glob("*.txt")):
        if (path.stem in SPOILED) != spoiled:
            continue
        title, place, *rest = [line for line in path.read_text("utf-8").splitlines() if line]
        site, section = place.split(" | ")
        texts[path.stem] = Article(title, site, section, rest)
    return texts


def home(name: str, article: Article) -> str:
    """Where an article first appeared."""
    host = slug(article.site).replace("-", "")
    return f"https://www.{host}.example/{slug(article.section)}/{name}"


def dressed(name: str, number: int, texts: dict[str, Article]) -> str:
    """The page of an article on its own site, with the furniture of a real page."""
    rng = Random(name)
    related = [texts[other].title for other in rng.sample(sorted(texts), 5) if other != name]
    article = replace(texts[name], related=related, comments=rng.sample(COMMENTS, rng.randrange(4)))
    article = replace(article, head=LICENCE) if name in LICENSED else article
    return TEMPLATES[number % len(TEMPLATES)](article)


def articles(_: Random) -> Iterator[Page]:
    """Each article once on its own site, in one of the templates, some of them compressed or sent in chunks."""
    texts = read_articles()
    for number, (name, text) in enumerate(texts.items()):
        kind = "plain article" if name in PLAIN else "article"
        coding = {1: "gzip", 2: "br", 3: "chunked"}.get(number % 7, "")
        html = dressed(name, number, texts).encode()
        headers = (("X-Robots-Tag", "noai, noimageai"),) if name in OPTED_OUT else ()
        yield Page(kind, home(name, text), html, headers=headers, coding=coding, group=name, leads=True)


def mirrors(_: Random) -> Iterator[Page]:
    """The same pages again, byte for byte: with tracking parameters, over http and without the www."""
    texts = read_articles()
    for number, (name, text) in enumerate(texts.items()):
        url = home(name, text)
        copied = f"{url}?utm_source=letter&utm_id={number}" if number % 2 else url.replace("https://www.", "http://")
        if number % 4 < 2:
            yield Page("mirrored article", copied, dressed(name, number, texts).encode(), group=name)


def syndicated(rng: Random) -> Iterator[Page]:
    """Articles that were taken over by another site with a new first line, a new last line and a word changed here and there."""
    texts = read_articles()
    for number, (name, text) in enumerate(texts.items()):
        if number % 5 > 1:
            continue
        first, last = text.paragraphs[0], text.paragraphs[-1]
        changed = [
            rng.choice(SYNDICATED),
            first.replace(" most ", " many "),
            *text.paragraphs[1:-1],
            last,
            rng.choice(FAREWELLS),
        ]
        article = replace(text, site=f"The {rng.choice(TOWNS)} Reader", paragraphs=changed)
        html = TEMPLATES[(number + 2) % len(TEMPLATES)](article)
        yield Page(
            "syndicated article", f"https://{host(rng, words='reader')}/reprints/{name}", html.encode(), group=name
        )


def doorways(rng: Random) -> Iterator[Page]:
    """One text for every town: the first of each kind is new, the rest are near-duplicates of it."""
    for trade in ("plumber", "locksmith", "tutor"):
        for number, town in enumerate(rng.sample(TOWNS, 19)):
            paragraphs = [text.format(t=town) for text in PROSE[f"doorway {trade}"]]
            html = shell(f"Your {trade} in {town}", prose(paragraphs), site=trade.title())
            kind = "doorway page" if number == 0 else "doorway copy"
            url = f"https://{town.lower()}.{trade}-nearby.example/"
            yield Page(kind, url, html.encode(), group=f"doorway {trade}", leads=number == 0)


def notices(rng: Random) -> Iterator[Page]:
    """The same few words on many hosts: fresh servers, closed shops, missing pages that answer 200, members' areas."""
    for notice, title in (
        ("placeholder", "It works"),
        ("closed", "Closed"),
        ("not-found", "Not found"),
        ("members", "Forum"),
    ):
        for number in range(19):
            html = shell(title, prose(PROSE[f"notice {notice}"]), site="")
            kind = "server notice" if number == 0 else "copied notice"
            path = {"placeholder": "", "closed": "shop/", "not-found": f"item/{number}", "members": f"board/{number}"}
            url = address(rng, path[notice], words=f"{notice}{number}-{rng.choice(TOWNS).lower()}")
            yield Page(kind, url, html.encode(), group=f"notice {notice}", leads=number == 0)
