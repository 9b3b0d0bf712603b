"""Bytes of a file on an HTTP server, by ranges: tried again where that can help, and checked before they are used.

A body counts only when its status, its range, its length and the version of the file are what was asked for; an error
page is never taken for the file. What arrived before a break is kept and the rest asked for.
"""

import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3 import exceptions as errors

from curate import __version__
from curate.errors import SourceError
from curate.inputs.links import MAX_REDIRECTS, REDIRECTS, pool, redirected
from curate.inputs.patience import Patience, pause, retry_after

MAX_REQUESTS = 100  # for one range, however much each of them brought
PIECE = 1 << 16
FEW_TRIES = 4  # where a next try seldom helps: no such host, nobody listening
REFUSED_TRIES = 6  # where it may: 403 without a reason, a web page in place of the file
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
PASSING_CODES = frozenset({"SlowDown", "InternalError", "RequestTimeout", "ServiceUnavailable", "Throttling"})
_CODE = re.compile(rb"<Code>([A-Za-z]{1,64})</Code>")
_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18})")
_PAGES = ("text/html", "application/xhtml", "application/xml", "text/xml")

Request = Callable[[], tuple[str, dict[str, str]]]  # address and headers, made anew for every try: signatures expire


@dataclass(frozen=True, slots=True)
class Version:
    """Which state of a file a server holds; `ranges` says whether it gives parts of it."""

    bytes: int
    etag: str = ""
    modified: str = ""
    ranges: bool = True

    def same(self, other: "Version") -> bool:
        """Return whether two answers are about the same bytes, as far as the server tells."""
        if self.etag and other.etag:
            return (self.bytes, self.etag) == (other.bytes, other.etag)
        return self.bytes == other.bytes and (self.modified == other.modified or not (self.modified and other.modified))


class Passing(Exception):  # noqa: N818 (no error yet: the next try may do)
    """A try failed in a way that the next may not; `wait` is the delay the server asked for, in seconds."""

    def __init__(self, why: str, *, tries: int = 0, wait: float = 0.0) -> None:
        super().__init__(why)
        self.tries = tries
        self.wait = wait


@dataclass(slots=True)
class _Transfer:
    """A download of a range: its bounds, the version of the file, and the bytes of it that lie in `sink`."""

    request: Request
    start: int
    count: int
    sink: BinaryIO
    version: Version | None
    done: int = 0

    @property
    def at(self) -> int:
        return self.start + self.done

    @property
    def end(self) -> int:
        end = self.start + self.count
        return end if self.version is None else min(end, self.version.bytes)


def fetch(
    name: str, request: Request, start: int, count: int, *, version: Version | None = None, wait: Patience = Patience()
) -> tuple[bytes, Version]:
    """Up to `count` bytes of a file from `start`, fewer only at its end, and the version they are of.

    Raises SourceError, with `name` and no address in it, when the server refuses, holds another version than the one
    given, or keeps failing.
    """
    sink = io.BytesIO()
    found = download(name, request, start, count, sink, version=version, wait=wait)
    return sink.getvalue(), found


def download(
    name: str,
    request: Request,
    start: int,
    count: int,
    sink: BinaryIO,
    *,
    version: Version | None = None,
    wait: Patience = Patience(),
) -> Version:
    """As `fetch`, into a file."""
    transfer = _Transfer(request, start, count, sink, version)
    failed = 0
    for requests in range(1, MAX_REQUESTS + 1):
        before = transfer.done
        try:
            return _receive(transfer, wait)
        except Passing as problem:
            failed = 1 if transfer.done - before >= PIECE else failed + 1
            if failed >= min(wait.tries, problem.tries or wait.tries) or requests == MAX_REQUESTS:
                raise SourceError(f"{name}: {problem}; gave up after {_times(requests)}") from None
            time.sleep(pause(failed, problem.wait, wait))
        except SourceError as error:
            raise SourceError(f"{name}: {error}") from None
    raise AssertionError


def _times(count: int) -> str:
    return "one try" if count == 1 else f"{count} tries"


def _receive(transfer: _Transfer, wait: Patience) -> Version:
    """One request for what is missing of a range."""
    response = _get(transfer, wait)
    try:
        offset, version = _answered(response, transfer, wait)
        if transfer.version is not None and not transfer.version.same(version):
            raise SourceError("it was changed on the server while it was read")
        transfer.version = version
        for piece in _body(response, offset, transfer, wait):
            transfer.sink.write(piece)
            transfer.done += len(piece)
        return version
    finally:
        _let_go(response)


def _get(transfer: _Transfer, wait: Patience) -> urllib3.BaseHTTPResponse:
    url, headers = transfer.request()
    asked = {
        "Range": f"bytes={transfer.at}-{max(transfer.end, transfer.at + 1) - 1}",
        "Accept-Encoding": "identity",
        "User-Agent": f"webcurate/{__version__}",
    }
    headers = asked | headers
    try:
        for _ in range(MAX_REDIRECTS + 1):
            response = _request(url, headers, wait)
            if response.status not in REDIRECTS or "Location" not in response.headers:
                return response
            response.close()
            url, headers = redirected(response, url, headers)
    except (errors.HTTPError, OSError, ValueError) as error:
        raise _failed(error) from None
    raise SourceError(f"more than {MAX_REDIRECTS} redirects")


def _request(url: str, headers: dict[str, str], wait: Patience) -> urllib3.BaseHTTPResponse:
    return pool(_proxy(url)).request(
        "GET",
        url,
        headers=headers,
        preload_content=False,
        decode_content=False,
        redirect=False,
        timeout=urllib3.Timeout(connect=wait.connect, read=wait.stall),
        retries=urllib3.Retry(total=None, connect=0, read=0, status=0, other=0, respect_retry_after_header=False),
    )


def _failed(error: Exception) -> Exception:
    """Return what a library's error means, without its text, which can hold the address with its secrets."""
    reason = error.reason if isinstance(error, errors.MaxRetryError) and error.reason is not None else error
    if isinstance(reason, errors.ProxyError):
        return Passing("the proxy cannot be reached", tries=FEW_TRIES)
    if isinstance(reason, errors.SSLError):
        return SourceError("its TLS certificate is not accepted, or the server speaks no TLS")
    if isinstance(reason, errors.NameResolutionError):
        return Passing("there is no such host, or no network", tries=FEW_TRIES)
    if isinstance(reason, errors.NewConnectionError):
        return Passing("the server does not accept connections", tries=FEW_TRIES)
    if isinstance(reason, errors.LocationValueError | ValueError):
        return SourceError("the address is not valid")
    if isinstance(reason, errors.TimeoutError):
        return Passing("the server stalled")
    return Passing("the connection broke off")


def _answered(response: urllib3.BaseHTTPResponse, transfer: _Transfer, wait: Patience) -> tuple[int, Version]:
    """Where the body of an answer begins in the file, and the version it is of; raises for every other answer."""
    headers = response.headers
    etag, modified = headers.get("ETag", "")[:256], headers.get("Last-Modified", "")[:64]
    given = _RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if response.status == 206:
        if given is None or given[1] is None or int(given[1]) != transfer.at:
            raise Passing("the server sent another range than was asked for")
        return transfer.at, Version(int(given[3]), etag, modified)
    if response.status == 416:
        if transfer.at == 0 and (given is None or int(given[3]) == 0):  # S3 says no more of an empty object
            return 0, Version(0, etag, modified)
        raise SourceError("it is shorter than it was")
    if response.status == 200:
        return 0, _whole(response, transfer.version, etag, modified)
    raise _refused(response, wait)


def _whole(response: urllib3.BaseHTTPResponse, known: Version | None, etag: str, modified: str) -> Version:
    """The version of a file that came whole where a part was asked for, as servers without ranges send it."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind.startswith(_PAGES):
        raise Passing(f"the server sent a page ({kind[:40]}) in place of the file", tries=REFUSED_TRIES)
    if known is not None and known.ranges:
        raise Passing("the server sent something whole where a part was asked for")
    length = response.headers.get("Content-Length", "")
    if not length.isdigit() or len(length) > 18:
        raise SourceError("the server neither gives parts of it nor says how long it is; download it first")
    return Version(int(length), etag, modified, ranges=False)


def _refused(response: urllib3.BaseHTTPResponse, wait: Patience) -> Exception:
    """An answer that is not the file: whether to come back, by its status and, from S3, its code."""
    status, said_bytes, started = response.status, b"", time.monotonic()
    try:
        while len(said_bytes) < PIECE and time.monotonic() - started < wait.stall:
            piece = response.read1(PIECE, decode_content=False)
            said_bytes += piece
            if not piece:
                break
    except (errors.HTTPError, OSError):
        pass
    code = _CODE.search(said_bytes)
    said = code[1].decode() if code else ""
    why = f"the server answered {status}{f' {said}' if said else ''}"
    if status in PASSING or said in PASSING_CODES:
        return Passing(why, wait=retry_after(response.headers.get("Retry-After", "")))
    if status == 403 and not said:
        # Common Crawl's and other guards answer so to clients they find too fast; S3 says AccessDenied and means it.
        return Passing(why, tries=REFUSED_TRIES, wait=retry_after(response.headers.get("Retry-After", "")))
    return SourceError(why)


def _body(response: urllib3.BaseHTTPResponse, offset: int, transfer: _Transfer, wait: Patience) -> Iterator[bytes]:
    """Pieces of a body that begins at `offset` of the file: from where the transfer is to where it ends."""
    started, received = time.monotonic(), 0
    while transfer.at < transfer.end:
        try:
            piece = response.read1(min(PIECE, transfer.end - offset), decode_content=False)
        except (errors.HTTPError, OSError, ValueError) as error:
            raise _failed(error) from None
        if not piece:
            raise Passing(f"the body ended {transfer.end - offset} bytes too early")
        received += len(piece)
        spent = time.monotonic() - started
        if spent > wait.stall and received < spent * wait.min_rate:
            raise Passing("the server stalled")
        fresh = piece[max(0, transfer.at - offset) :]
        offset += len(piece)
        if fresh:
            yield fresh


def _let_go(response: urllib3.BaseHTTPResponse) -> None:
    """Give a connection back when its answer was read to the end, else close it: what is left would come first."""
    if response.length_remaining != 0:
        response.close()
    response.release_conn()


def _proxy(url: str) -> str:
    """The proxy that the environment names for an address, as curl and Python understand it."""
    parts = urlsplit(url)
    return "" if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme, "")
