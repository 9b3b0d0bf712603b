"""Turns what the user names into places: local files, addresses, Common Crawl's names, and lists of all of these."""

import gzip
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from errno import ENOENT
from glob import has_magic, iglob
from hashlib import sha256
from io import BufferedReader, BytesIO, RawIOBase, TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from curate.errors import SourceError, UsageError
from curate.folder import DATA, LOCK
from curate.inputs import remote_files as remote

SUFFIXES = (
    ".warc", ".warc.gz", ".warc.zst", ".warc.bz2", ".wet", ".wet.gz", ".wet.zst", ".arc", ".arc.gz",
    ".parquet", ".jsonl", ".jsonl.gz", ".jsonl.zst", ".jsonl.bz2", ".ndjson", ".ndjson.gz",
)  # fmt: skip
CRAWL_BASE = "https://data.commoncrawl.org/"
LIST_SUFFIXES = (".paths", ".paths.gz")
MAX_LIST_BYTES = 256 << 20  # the list of a whole crawl is 12 MB
_CRAWL = re.compile(r"(CC-MAIN-\d{4}-\d{2})(?:/(\w+))?(?::(.*))?")
_CRAWL_PATH = re.compile(r"crawl-data/(?!.*\.\.)[\w./+=@-]{1,1000}", re.ASCII)
_LISTS = {"": "warc", "warc": "warc", "wet": "wet"}
_NUMBERS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


def locate(spec: str) -> tuple[Iterable[str], bool]:
    """The places an argument names, and whether it names one file by itself; absolute paths and addresses.

    Raises UsageError, naming the argument, when there is nothing to read: now, or where the places are gone through.
    """
    if not spec.strip():
        raise UsageError("an input is empty: name a file, a directory, a glob, an address or a crawl")
    if spec.startswith("@") or (spec.endswith(LIST_SUFFIXES) and not has_magic(spec)):
        return _listed(spec.removeprefix("@")), False
    if remote.is_remote(spec):
        found = remote.names(spec, SUFFIXES)
        return found, found == [spec]
    path = Path(spec)
    local = _local(spec, path)
    first = next(local, None)
    if first is not None:
        return chain([first], local), path.is_file()
    crawl = _CRAWL.fullmatch(spec)
    if crawl is not None:
        return _numbered(spec, crawl[1], crawl[2] or "", crawl[3] or ""), False
    if _CRAWL_PATH.fullmatch(spec):
        return locate(_in_crawl(spec))
    raise UsageError(_nothing(spec, path))


def _local(spec: str, path: Path) -> Iterator[str]:
    try:
        if path.is_file():
            found: Iterable[Path] = [path]
        elif path.is_dir():
            found = below(path)
        else:
            found = (Path(each) for each in iglob(spec, recursive=True) if Path(each).is_file())  # noqa: PTH207 (absolute and ** alike)
        for each in found:
            yield str(each.absolute())
    except OSError as error:
        folder = str(error.filename or spec).removesuffix(f"/{LOCK}")
        raise UsageError(f"{folder!r} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"{spec!r} cannot be read: {error}") from error


def below(folder: Path, suffixes: tuple[str, ...] = SUFFIXES) -> Iterator[Path]:
    """The files below a folder with a suffix this program reads; OSError, not silence, for what cannot be looked into.

    Links to folders are followed, each folder is looked into once. Runs below the folder are left out: what one has
    dropped is no input. A run that is itself named stands for its `data/`.
    """
    seen: set[str] = set()
    folder = folder / DATA if (folder / LOCK).is_file() else folder
    for here, folders, files in os.walk(folder, onerror=_raise, followlinks=True):
        real = os.path.realpath(here)
        folders[:] = [] if real in seen else sorted(name for name in folders if not Path(here, name, LOCK).is_file())
        for path in () if real in seen else (Path(here, name) for name in files if name.endswith(suffixes)):
            if not path.is_file():
                raise FileNotFoundError(ENOENT, "is no file, or a link to none", str(path))
            yield path
        seen.add(real)


def _raise(error: OSError) -> None:
    raise error


def _nothing(spec: str, path: Path) -> str:
    """Why an argument gave no file, in one line."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.\-]+://", spec):
        return f"{remote.shown(spec)!r} is of a kind that is not read: {', '.join(remote.SCHEMES)} are"
    if path.is_dir():
        return f"{spec!r} holds no file to read: looked for {', '.join(SUFFIXES)}"
    return f"{spec!r} matches no file" if has_magic(spec) else f"{spec!r} does not exist"


def _in_crawl(path: str) -> str:
    """Return where a path of Common Crawl's is: below CURATE_CRAWL_BASE, an address or a folder."""
    return f"{(os.environ.get('CURATE_CRAWL_BASE', '') or CRAWL_BASE).rstrip('/')}/{path}"


def _numbered(spec: str, crawl: str, kind: str, numbers: str) -> list[str]:
    """Files of a crawl by their numbers in its list, counted from 0."""
    if kind not in _LISTS:
        raise UsageError(f"{spec!r}: a crawl has warc and wet files, not {kind!r}")
    ranges = [_NUMBERS.fullmatch(each.strip()) for each in numbers.split(",")]
    if not all(ranges):
        raise UsageError(f"{spec!r} has to say which files of the crawl, as in {crawl}:0-9 or {crawl}/wet:3,5")
    name = f"crawl-data/{crawl}/{_LISTS[kind]}.paths.gz"
    try:
        paths = list(_lines(_in_crawl(name), name))
    except UsageError as error:
        raise UsageError(f"{spec!r}: {error}") from None
    chosen: list[str] = []
    for found in ranges:
        assert found is not None
        first, last = int(found[1]), int(found[2] or found[1])
        if not first <= last < len(paths):
            raise UsageError(f"{spec!r}: the crawl has files 0 to {len(paths) - 1}, not {found[0]}")
        chosen += paths[first : last + 1]
    wrong = next((path for path in chosen if not _CRAWL_PATH.fullmatch(path)), None)
    if wrong is not None:
        raise UsageError(f"{name} holds {wrong[:200]!r}, which is no path of a crawl")
    return [_in_crawl(path) for path in chosen]


def _listed(name: str) -> Iterator[str]:
    """Yield what the lines of a list name; one that came from elsewhere cannot name files of this machine."""
    none = True
    elsewhere = remote.is_remote(name)
    for line in _lines(name, remote.shown(name)):
        if line.startswith("#"):
            continue
        none = False
        if not elsewhere and line.startswith("/") and not line.endswith(LIST_SUFFIXES) and os.path.isfile(line):  # noqa: PTH113
            yield line  # as `locate` would say, which is too slow for a million lines
            continue
        if line.startswith("@") or line.endswith(LIST_SUFFIXES):
            raise UsageError(f"{remote.shown(name)!r} names another list: {line[:200]!r}")
        if elsewhere and not (remote.is_remote(line) or _CRAWL_PATH.fullmatch(line)):
            raise UsageError(f"{remote.shown(name)!r} holds {line[:200]!r}, which is no address and no crawl path")
        yield from locate(_in_crawl(line) if elsewhere and not remote.is_remote(line) else line)[0]
    if none:
        raise UsageError(f"{remote.shown(name)!r} names nothing to read")


def _lines(place: str, name: str) -> Iterator[str]:
    """The lines of a list that are not empty, gzip or plain."""
    try:
        with _opened(place) as stored:
            packed = stored.peek(2).startswith(b"\x1f\x8b")
            text, size = TextIOWrapper(cast(BinaryIO, gzip.open(stored) if packed else stored), "utf-8"), 0  # noqa: SIM115
            while line := text.readline(MAX_LIST_BYTES + 1):
                size += len(line)
                if size > MAX_LIST_BYTES:
                    raise UsageError(f"the list {name!r} is longer than {MAX_LIST_BYTES >> 20} MiB: name it in parts")
                if line.strip():
                    yield line.strip()
    except SourceError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"the list {name!r} cannot be read: {error.strerror or 'it is damaged'}") from None
    except (ValueError, EOFError, zlib.error):
        raise UsageError(f"{name!r} is no list of paths") from None


def _opened(place: str) -> BufferedReader:
    if remote.is_remote(place):
        return BufferedReader(cast(RawIOBase, BytesIO(remote.read_whole(place, MAX_LIST_BYTES))))
    return Path(place).open("rb")


def first_name(place: str) -> str:
    """A name for a place: its crawl path, else the last of its parts."""
    return _crawl_path(place) or (_parts(place) or [place])[-1]


def longer_name(place: str, depth: int, longest: int) -> str:
    """A name of so many of the last parts of a place, which has at most `longest`; of more, with what tells them apart.

    What differs only in a query, which may be secret, differs by a digest of it.
    """
    told = "/".join(_parts(place)[-depth:])
    return told if depth <= longest else f"{told}-{sha256(place.encode()).hexdigest()[:8]}"


def _parts(place: str) -> list[str]:
    """The parts of a path below the root, or of an address from its host on."""
    if not remote.is_remote(place):
        return [_shown(part) for part in place.split("/") if part not in ("", ".")]
    return [part for part in remote.shown(place).partition("://")[2].split("/") if part]


def _shown(name: str) -> str:
    """A name as outputs can hold it: bytes of a file's name that are no UTF-8 as their hex digits."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _crawl_path(place: str) -> str:
    if "/crawl-data/" not in place:
        return ""
    shown = remote.shown(place) if remote.is_remote(place) else _shown(Path(place).as_posix())
    _, marker, rest = shown.rpartition("/crawl-data/")
    return f"crawl-data/{rest}" if marker else ""
