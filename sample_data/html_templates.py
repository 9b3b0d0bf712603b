"""The looks of the made sites: five templates that articles appear in, and one plain shell for everything else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from json import dumps

COOKIES = (
    '<div id="cookie-banner" role="dialog"><p>We use cookies to make this site work.</p>'
    "<button>Accept all</button><button>Settings</button></div>"
)
SCRIPTS = (
    "<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}gtag('js',new Date());"
    "</script><script async src='/assets/app.3f9c.js'></script>"
)


@dataclass(frozen=True, slots=True)
class Article:
    """A text before it becomes a page; `related` and `comments` are the furniture around it."""

    title: str
    site: str
    section: str
    paragraphs: Sequence[str]
    related: Sequence[str] = ()
    comments: Sequence[str] = ()
    byline: str = "Staff"
    head: str = ""


def paragraphs_html(article: Article) -> str:
    """The paragraphs, one `p` each; a paragraph that starts with `## ` is a heading."""
    return "\n".join(
        f"<h2>{escape(text[3:])}</h2>" if text.startswith("## ") else f"<p>{escape(text, quote=False)}</p>"
        for text in article.paragraphs
    )


def links(titles: Sequence[str]) -> str:
    """A list of links, as in a sidebar."""
    return "".join(f'<li><a href="/{slug(title)}">{escape(title)}</a></li>' for title in titles)


def slug(title: str) -> str:
    """A title as it appears in an address."""
    return "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split()[:6])


def weblog(a: Article) -> str:
    """A blog engine's default theme: header, post, sidebar, comment list, footer."""
    comments = "".join(
        f'<li class="comment"><p class="comment-author">Reader {n}</p><div class="comment-body">'
        f'{escape(text)}</div><a class="comment-reply-link" href="#r{n}">Reply</a></li>'
        for n, text in enumerate(a.comments, 1)
    )
    return f"""<!DOCTYPE html>
<html lang="en-US"><head><meta charset="utf-8"><title>{escape(a.title)} &#8211; {escape(a.site)}</title>
<meta name="viewport" content="width=device-width"><meta name="generator" content="Weblog 6.5">{a.head}
<link rel="stylesheet" href="/wp-content/themes/plain/style.css">{SCRIPTS}</head>
<body class="single single-post"><header id="masthead"><p class="site-title"><a href="/">{escape(a.site)}</a></p>
<nav class="main-navigation"><ul><li><a href="/">Home</a></li><li><a href="/about">About</a></li><li><a href="/archive">Archive</a></li><li><a href="/contact">Contact</a></li></ul></nav></header>
<div id="content"><main id="primary"><article class="post type-post"><header class="entry-header"><h1 class="entry-title">{escape(a.title)}</h1>
<div class="entry-meta">Posted by <a href="/author">{escape(a.byline)}</a> in <a href="/category">{escape(a.section)}</a></div></header>
<div class="entry-content">
{paragraphs_html(a)}
</div><footer class="entry-footer"><span class="tags-links">Tagged <a href="/tag/1">{escape(a.section.lower())}</a></span></footer></article>
<div id="comments" class="comments-area"><h2 class="comments-title">{len(a.comments)} thoughts</h2><ol class="comment-list">{comments}</ol></div></main>
<aside id="secondary" class="widget-area"><section class="widget"><h2 class="widget-title">Recent posts</h2><ul>{links(a.related)}</ul></section></aside></div>
<footer id="colophon" class="site-footer">&copy; {escape(a.site)}. Proudly self-hosted.</footer></body></html>"""


def magazine(a: Article) -> str:
    """A modern magazine: JSON-LD, cookie banner, share buttons, a related strip."""
    data = dumps({"@context": "https://schema.org", "@type": "Article", "headline": a.title, "author": a.byline})
    return f"""<!doctype html>
<html lang="en"><head><meta charset="UTF-8"/><title>{escape(a.title)} | {escape(a.site)}</title>{a.head}
<meta property="og:title" content="{escape(a.title)}"/><meta property="og:type" content="article"/>
<script type="application/ld+json">{data}</script>{SCRIPTS}</head><body>{COOKIES}
<header class="top"><a class="logo" href="/">{escape(a.site)}</a><nav aria-label="Sections"><a href="/latest">Latest</a><a href="/long-reads">Long reads</a><a href="/podcasts">Podcasts</a><a href="/subscribe">Subscribe</a></nav></header>
<main><article><p class="kicker">{escape(a.section)}</p><h1>{escape(a.title)}</h1><p class="byline">By <span>{escape(a.byline)}</span></p>
<ul class="share"><li><a href="#f">Share</a></li><li><a href="#m">Mail</a></li><li><a href="#c">Copy link</a></li></ul>
<figure><img src="/img/{slug(a.title)}.jpg" alt=""/></figure>
{paragraphs_html(a)}
</article></main><section class="related"><h2>You may also like</h2><ul>{links(a.related)}</ul></section>
<form class="newsletter"><label>Get the best of {escape(a.site)} once a week <input type="email" name="e"/></label><button>Sign up</button></form>
<footer><nav><a href="/privacy">Privacy</a><a href="/terms">Terms</a><a href="/imprint">Imprint</a></nav><small>&copy; {escape(a.site)}</small></footer></body></html>"""


def tables(a: Article) -> str:
    """A page of about 2003: a menu in a table, font tags, upper-case tag names, no closing P."""
    body = "\n".join(f"<P>{escape(text.removeprefix('## '), quote=False)}" for text in a.paragraphs)
    menu = "<BR>".join(f'<A HREF="/{slug(title)}.htm">{escape(title)}</A>' for title in a.related)
    return f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML><HEAD><TITLE>{escape(a.site)}: {escape(a.title)}</TITLE>{a.head}
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=utf-8"></HEAD>
<BODY BGCOLOR="#FFFFFF" TEXT="#000000" LINK="#003399"><TABLE WIDTH="760" BORDER="0" CELLPADDING="4"><TR><TD BGCOLOR="#DDDDCC"><FONT SIZE="5">{escape(a.site)}</FONT></TD></TR>
<TR><TD VALIGN="top"><FONT SIZE="2"><A HREF="/index.htm">Home</A> | <A HREF="/guest.htm">Guestbook</A><BR>{menu}</FONT></TD></TR></TABLE>
<CENTER><H1>{escape(a.title)}</H1><FONT SIZE="2"><I>{escape(a.byline)}</I></FONT></CENTER>
{body}
<HR><CENTER><FONT SIZE="1">Best viewed at 1024 by 768. &copy; {escape(a.site)}</FONT></CENTER></BODY></HTML>"""


def journal(a: Article) -> str:
    """A society's journal: breadcrumb, abstract-like lead, notes, site map in the footer."""
    return f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>{escape(a.title)} - {escape(a.section)} - {escape(a.site)}</title>{a.head}</head>
<body><a class="skip" href="#main">Skip to content</a><div class="banner" role="banner"><strong>{escape(a.site)}</strong><form role="search"><input name="q" aria-label="Search"><button>Search</button></form></div>
<nav class="breadcrumb"><a href="/">Home</a> &rsaquo; <a href="/s">{escape(a.section)}</a> &rsaquo; {escape(a.title)}</nav>
<main id="main"><h1>{escape(a.title)}</h1><p class="meta">{escape(a.byline)}, {escape(a.section)}</p>
{paragraphs_html(a)}
</main><aside class="more"><h3>In this section</h3><ul>{links(a.related)}</ul></aside>
<footer class="sitemap"><ul><li><a href="/join">Join</a></li><li><a href="/events">Events</a></li><li><a href="/shop">Shop</a></li><li><a href="/press">Press</a></li></ul><p>Registered society. All rights reserved.</p></footer>{SCRIPTS}</body></html>"""


def boxes(a: Article) -> str:
    """A site builder's output: nothing but nested boxes with generated class names."""
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(a.title)}</title>{a.head}{SCRIPTS}
<style>.sb-1a{{display:flex}}.sb-9f{{max-width:42em;margin:auto}}</style></head><body><div class="sb-root"><div class="sb-1a sb-header"><div class="sb-logo">{escape(a.site)}</div><div class="sb-menu"><a href="/">Start</a><a href="/blog">Blog</a><a href="/me">About me</a></div></div>
<div class="sb-page"><div class="sb-9f"><div class="sb-text"><h1>{escape(a.title)}</h1></div><div class="sb-text sb-body">
{paragraphs_html(a)}
</div></div><div class="sb-9f sb-prevnext"><ul>{links(a.related[:2])}</ul></div></div>
<div class="sb-footer"><span>Made by {escape(a.byline)}</span><a href="/legal">Legal notice</a></div></div>{COOKIES}</body></html>"""


TEMPLATES: tuple[Callable[[Article], str], ...] = (weblog, magazine, tables, journal, boxes)


DESCRIPTION = '<meta name="description" content="All about the place and the people who make it">'
FURNITURE = (
    f'{DESCRIPTION}<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/css/site.css">',
    '<a href="/about">About us</a> <a href="/contact">Contact</a>',
    '<p><a href="/imprint">Imprint</a> <a href="/privacy">Privacy</a></p>',
)


def shell(title: str, main: str, *, lang: str = "en", head: str = "", site: str = "Home", bare: bool = False) -> str:
    """A small page around the HTML `main`, without furniture if `bare`; no charset is declared unless `head` does."""
    language = f' lang="{lang}"' if lang else ""
    style, menu, foot = ("", "", "") if bare else FURNITURE
    return (
        f"<!DOCTYPE html><html{language}><head><title>{escape(title)}</title>{head}{style}</head><body>"
        f'<header><nav><a href="/">{escape(site)}</a> <a href="/sitemap">Sitemap</a> {menu}</nav></header>'
        f"<main><h1>{escape(title)}</h1>{main}</main><footer>{foot}&copy; {escape(site)}</footer></body></html>"
    )


def prose(paragraphs: Sequence[str]) -> str:
    """Paragraphs as HTML."""
    return "".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs)
