"""Pages that go wrong before anyone reads them: bad statuses, other types, damage, bad addresses, empty or useless HTML."""

import json
from collections.abc import Iterator
from html import escape
from random import Random

from html_templates import DESCRIPTION, SCRIPTS, prose, shell
from warc_records import Page
from wording import FIRST, SECOND, TOWNS, address, bank, lines, spin

LINES = bank("prose")["lines"]
PIXELS = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + bytes(range(1, 200)) * 3


def bad_statuses(rng: Random) -> Iterator[Page]:
    """Missing, moved, forbidden and broken pages: the status decides, whatever the body says."""
    for number in range(42):
        body = shell("Page not found", "<p>The page you are looking for does not exist.</p>", bare=True).encode()
        status = 410 if number % 9 == 8 else 404
        url, damage = address(rng, f"{rng.choice(SECOND)}/{number}"), "junk" if number in (7, 29) else ""
        yield Page("status 404", url, body, status=status, damage=damage)
    for number in range(40):
        target = address(rng, f"new/{number}")
        body = f'<html><body>Moved <a href="{target}">here</a></body></html>'.encode()
        status = 302 if number % 4 == 3 else 301
        yield Page("status 301", address(rng, f"old/{number}"), body, status=status, headers=(("Location", target),))
    for number in range(26):
        status = (500, 503, 403)[number % 3]
        body = b"<html><head><title>Error</title></head><body><h1>Error</h1><p>Try again later.</p></body></html>"
        yield Page("status 5xx", address(rng, f"app/{rng.choice(FIRST)}?page={number}"), body, status=status)


def other_types(rng: Random) -> Iterator[Page]:
    """PDF, pictures, JSON, feeds and style sheets, some of them declared as HTML."""
    pdf = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    data = json.dumps({"items": [{"id": n, "town": town} for n, town in enumerate(TOWNS[:6])]}).encode()
    feed = b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>One</title></item></channel></rss>'
    sorts = [
        ("other type", "report-{}.pdf", "application/pdf", pdf),
        ("other type", "api/items?page={}", "application/json", data),
        ("other type", "feed/{}.xml", "application/rss+xml", feed),
        ("other type", "photos/{}.jpg", "image/jpeg", PIXELS),
        ("html that is not", "download.php?file={}", "text/html", pdf),
        ("html that is not", "image.php?id={}", "text/html; charset=utf-8", PIXELS),
    ]
    for kind, path, content_type, body in sorts:
        for number in range(6):
            yield Page(kind, address(rng, path.format(number + 3)), body, content_type=content_type)
    for number in range(10):
        yield Page("empty body", address(rng, f"pixel/{number}"), b"")


def damage(rng: Random) -> Iterator[Page]:
    """Flipped bytes, a member that stops half way, and payloads that the crawler gave up on."""
    for number in range(2):
        for sort in ("flipped", "cut"):
            text = shell("A page nobody will see", prose([f"Member {number} was {sort} on a failing disk."]))
            yield Page("damaged record", address(rng, f"lost/{sort}-{number}"), text.encode(), damage=sort)
    logs = (
        "On day {} there was rain in the morning and a little sun later on.",
        "The ferry of trip {} left the pier on time with all its passengers.",
        "Guest number {} signed the book and thanked us for the lovely soup.",
    )
    for number, line in enumerate(logs):
        body = shell("Log book", prose([line.format(entry) for entry in range(90)])).encode()
        url = address(rng, f"log/{number}")
        yield Page("truncated payload", url, body[:4000], truncated="length")


def bad_addresses(rng: Random) -> Iterator[Page]:
    """Adult, gambling, pharmacy and piracy sites that their own address gives away, and addresses without end."""
    for kind, patterns in bank("addresses").items():
        for number in range(28 if kind != "pirate address" else 16):
            words, _, path = spin(rng, rng.choice(patterns)).partition("/")
            title = spin(
                rng, "[Welcome|Enter here|Members area|Best offers|Join now] [today|tonight|and save|for free]"
            )
            line = spin(rng, "[You must be of age to enter.|Join thousands of members now.|Claim your welcome offer.]")
            body = shell(title, prose([line]), bare=True).encode()
            yield Page(kind, address(rng, f"{path}{number}", words=words), body)
    for number in range(6):
        trail = "&".join(f"ref{n}={rng.choice(FIRST)}-{rng.choice(SECOND)}" for n in range(150))
        body = shell("Calendar", prose(["Nothing planned for this day."])).encode()
        yield Page("endless address", address(rng, f"calendar?day={number}&{trail}"), body)


def hollow_pages(rng: Random) -> Iterator[Page]:
    """HTML that says next to nothing: stubs, refreshes, frames, directory listings, parked domains."""
    for number in range(16):
        yield Page("tiny page", address(rng, f"ping/{number}"), f"<html><body>ok {number}</body></html>".encode())
    for number in range(16):
        target = address(rng, "start")
        head = f'<meta http-equiv="refresh" content="0; url={target}">'
        body = f"<html><head><title>Redirecting</title>{head}</head><body><p>You are being taken to {target}. One moment please, or use the link above if nothing happens in your browser.</p></body></html>"
        yield Page("meta refresh", address(rng, f"go/{number}"), body.encode())
    for number in range(8):
        body = '<html><head><title>Our guest house</title></head><frameset cols="180,*"><frame src="menu.htm" name="menu"><frame src="start.htm" name="main"><noframes><body>This page uses frames.</body></noframes></frameset></html>'
        yield Page("frameset", address(rng, f"house{number}/"), body.encode())
    for number in range(14):
        names = rng.sample(SECOND, 5)
        rows = "".join(
            f'<a href="{n}.zip">{n}.zip</a>  2019-0{rng.randrange(1, 9)}-11 10:2{rng.randrange(9)}  {rng.randrange(99)}K\n'
            for n in names
        )
        title = f"Index of /pub/{number}"
        body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><pre>{rows}</pre></body></html>"
        yield Page("directory listing", address(rng, f"pub/{number}/"), body.encode())
    for number in range(18):
        name = f"{rng.choice(FIRST)}{rng.choice(SECOND)}{number}.example"
        body = shell(
            f"{name} is for sale",
            bare=True,
            main=prose([f"The domain {name} is parked. Buy this domain or make an offer."]),
        )
        yield Page("parked domain", f"http://{name}/", body.encode())


def textless_pages(rng: Random) -> Iterator[Page]:
    """Real pages without a main text: application shells, galleries, forms, maps."""
    for number in range(40):
        name = f"{rng.choice(FIRST).title()} {rng.choice(SECOND).title()}"
        state = json.dumps({"route": f"/{number}", "seed": rng.randrange(10**9), "flags": rng.sample(FIRST, 3)})
        body = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>{DESCRIPTION}{SCRIPTS}<link rel="stylesheet" href="/static/css/main.{number:08x}.css"></head><body><noscript></noscript><div id="root"></div><script>window.__STATE__={state}</script><script src="/static/js/main.{number:08x}.js"></script></body></html>'
        yield Page(
            "application shell", address(rng, f"app/{number}", words=name.lower().replace(" ", "")), body.encode()
        )
    for number in range(30):
        pictures = "".join(
            f'<a href="/p/{n}"><img src="/t/{n}.jpg" width="160" height="120"></a>' for n in rng.sample(range(9999), 12)
        )
        body = f'<!doctype html><html lang="en"><head><title>Album {number}</title>{DESCRIPTION}{SCRIPTS}</head><body><div class="grid">{pictures}</div></body></html>'
        yield Page("picture gallery", address(rng, f"album/{number}"), body.encode())
    for number in range(24):
        site = f"{rng.choice(FIRST)} {rng.choice(SECOND)}"
        token = rng.randrange(10**12)
        fields = f'<form action="/login" method="post"><input name="user"><input name="pass" type="password"><input type="hidden" name="token" value="{token}"><input type="submit" class="button button-primary button-large"></form>'
        body = f'<!doctype html><html lang="en"><head><title>Sign in - {escape(site)}</title>{DESCRIPTION}{SCRIPTS}</head><body><div class="box">{fields}</div></body></html>'
        yield Page("login form", address(rng, f"account/login?next={number}"), body.encode())
    for number in range(20):
        body = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{rng.choice(TOWNS)}</title>{DESCRIPTION}</head><body><nav><a href="/"><img src="/logo.svg"></a></nav><iframe src="https://maps.example.org/embed?lat={rng.uniform(-80, 80):.4f}&amp;lon={rng.uniform(-170, 170):.4f}" width="800" height="600" style="border:0" allow="fullscreen; geolocation"></iframe><video controls poster="/still.jpg"><source src="/clip.mp4"></video><canvas id="m{number}"></canvas>{SCRIPTS}</body></html>'
        yield Page("map or video", address(rng, f"map/{number}"), body.encode())


def hostile_pages(rng: Random) -> Iterator[Page]:
    """Pages meant to hurt whoever handles or displays them; each is short of real text and must go without a trace."""
    bidi, escape_code = "\u202e", "\x1b[31m"
    told = "The person who made this page has put into it [something|a thing] that [breaks|upsets] [old|careless|weak] programs."
    bodies = {
        "script": "<p><img src=x onerror=alert(1)>{} Please read it aloud to your browser.</p>",
        "bidi": f"<p>{{}} Invoice {bidi}fdp.exe{bidi} is attached for you and your colleagues.</p>",
        "ansi": f"<p>{{}} There will be a {escape_code}red alert{escape_code} in your terminal soon.</p>",
        "entities": "<p>{} Signed by &amp;lt;script&amp;gt; and by &amp;amp;amp; in person.</p>",
        "unclosed": "<p>{} After this comes an attribute without an end.</p><p><a href='" + "x" * 4000,
        "spaces": f"<p>{{}} You will have to scroll for a while.{' ' * 300_000}</p>",
        "deep": "<div>" * 240 + "{} It lies at the bottom of very many boxes." + "</div>" * 240,
        "nul": "<p>{} Null\x00 bytes\x00 in the text.</p>",
    }
    for name, inner in bodies.items():
        title = f"<script>alert('{name}')</script>{bidi}title\x1b[2J"
        url = f"https://hostile.example/?q=<script>alert(1)</script>&page={name}"
        inner = inner.replace("{}", " ".join([spin(rng, told), *lines(rng, LINES, 1, {"t": rng.choice(TOWNS)})]))
        kind = "binary page" if name == "nul" else "hostile page"
        yield Page(kind, url, shell("Hostile", f"<h2>{title}</h2>{inner}", head=f"<title>{title}</title>").encode())
