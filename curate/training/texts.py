"""Reads texts to train on from archives, Parquet, JSON Lines, encyclopaedia dumps and lines of text."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from glob import glob
from hashlib import sha256
from pathlib import Path

from curate.classifiers.training.corpora import read_lines
from curate.classifiers.training.wikipedia import wikiextractor_jsonl, wikipedia_xml
from curate.errors import NotAnArchiveError, UsageError
from curate.extract import DEFAULT_EXTRACTOR
from curate.extract.child_process import PageKilled
from curate.extract.sandbox import Sandbox
from curate.filters.address import canonical_host, registered_domain
from curate.inputs import sources
from curate.inputs.input_file import Input
from curate.inputs.locations import below
from curate.warc.pages import Limits, Page, ReadCounts, Skip

SPLIT_BYTES = 1 << 40  # one process reads; a file is one split


@dataclass(frozen=True, slots=True)
class Text:
    """One text; `url` is empty where it has none; texts of one `group` are never split between training and test."""

    url: str
    group: str
    text: str


def _articles(path: Path) -> Iterator[Text]:
    for title, text in wikipedia_xml(path):
        yield Text("", f"article {title}", text)


def _extracted_articles(path: Path) -> Iterator[Text]:
    for title, text in wikiextractor_jsonl(path):
        yield Text("", f"article {title}", text)


def _lines(path: Path) -> Iterator[Text]:
    for line in read_lines(path):
        if line.strip():
            yield Text("", sha256(line.encode("utf-8", "replace")).hexdigest(), line)


# What `curate.inputs.sources` does not read, by name.
READERS: tuple[tuple[re.Pattern[str], Callable[[Path], Iterator[Text]]], ...] = (
    (re.compile(r"\.xml(?:\.bz2|\.gz|\.xz|\.zst)?$|-pages-articles.*\.bz2$"), _articles),
    (re.compile(r"(?:^|/)wiki_\d+(?:\.bz2|\.gz)?$"), _extracted_articles),
    (re.compile(r"\.txt(?:\.bz2|\.gz|\.xz|\.zst)?$"), _lines),
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """One file to train on: `name` goes into the card, `read` streams its texts and counts the rows without one."""

    name: str
    path: Path
    read: Callable[[Counter[str]], Iterator[Text]]


def find_corpora(specs: Iterable[str], *, extractor: str = DEFAULT_EXTRACTOR) -> list[Corpus]:
    """The files that paths, globs and folders name, sorted by name.

    WARC, WET, ARC, Parquet and JSON Lines as `curate run` reads them; MediaWiki dumps (.xml, .xml.bz2); WikiExtractor's
    JSON (wiki_00); and text with one document a line (.txt). Raises UsageError when nothing matches.
    """
    found: dict[Path, Corpus] = {}
    for spec in specs:
        own = [(path, reader) for path in _paths(spec) for reader in [_reader(path)] if reader]
        for path, reader in own:
            found[path.resolve()] = Corpus(path.name, path, lambda _, path=path, reader=reader: reader(path))  # type: ignore[misc]
        try:
            inputs = sources.resolve([spec]) if not own or Path(spec).is_dir() else ()
        except UsageError:
            if not own:
                raise
            inputs = ()
        for each in inputs:
            path = Path(each.path if each.origin is None else each.name)
            found.setdefault(
                path.resolve(),
                Corpus(each.name, path, lambda counts, each=each: _archived(each, counts, extractor)),  # type: ignore[misc]
            )
    return sorted(found.values(), key=lambda corpus: (corpus.name, str(corpus.path)))


def _paths(spec: str) -> list[Path]:
    path = Path(spec)
    if path.is_dir():
        return sorted(below(path, ("",)))
    return [path] if path.is_file() else sorted(Path(each) for each in glob(spec, recursive=True))  # noqa: PTH207 (absolute and ** alike)


def _reader(path: Path) -> Callable[[Path], Iterator[Text]] | None:
    return next((reader for pattern, reader in READERS if pattern.search(path.as_posix())), None)


def _archived(each: Input, counts: Counter[str], extractor: str) -> Iterator[Text]:
    with Sandbox() as sandbox:
        for split in sources.plan([each], SPLIT_BYTES):
            try:
                for page in sources.read(split, limits=Limits(), counts=ReadCounts()):
                    text = _text(page, sandbox, counts, extractor)
                    if text and isinstance(page, Page):
                        yield Text(page.url, site_of(page.url, text), text)
            except (OSError, NotAnArchiveError) as error:
                raise UsageError(f"{each.name} cannot be read: {error}") from error


def _text(page: Page | Skip, sandbox: Sandbox, counts: Counter[str], extractor: str) -> str:
    if isinstance(page, Skip):
        counts[f"read: {page.rule}"] += 1
        return ""
    try:
        text = sandbox.extract(page.html, charset=page.charset, url=page.url, extractor=extractor) \
            if page.text is None else page.text  # fmt: skip
    except PageKilled as killed:
        counts[f"extract: {killed.kind}"] += 1
        return ""
    if not text:
        counts["extract: no text"] += 1
    return text


def site_of(url: str, text: str) -> str:
    """Return what is held out together: the domain somebody registered, `user.github.io` too; else the text by itself.

    >>> site_of("https://blog.user.github.io/a", ""), site_of("http://www.example.co.uk/", "")
    ('user.github.io', 'example.co.uk')
    """
    host = canonical_host(url) if url else ""
    if not host:
        return sha256(text.encode("utf-8", "replace")).hexdigest()
    return registered_domain(host, shared=True)
