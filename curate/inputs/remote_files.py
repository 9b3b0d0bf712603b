"""Files on HTTP servers and on S3 as files to read: what an address names, what state it is in, its bytes by blocks."""

import io
import re
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from fnmatch import translate
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import BinaryIO, cast
from urllib.parse import SplitResult, unquote, urlsplit

import urllib3

from curate.errors import SourceError, UsageError
from curate.files import disk_errors
from curate.inputs import s3, transfer
from curate.inputs.patience import Patience, patience
from curate.inputs.s3 import Access
from curate.inputs.transfer import Request, Version

SCHEMES = ("http://", "https://", "s3://")
HEAD_BYTES = 1 << 20  # of every input, to tell what it is; kept while it is told
BLOCK_BYTES = 10 << 20  # a split of 8 MiB with what is read around it comes in one request
TAIL_BYTES = 1 << 18  # past the end of a split: as far as the member reader looks for the end of the last member
MORE_BYTES = 1 << 20  # what is asked for at a time behind that
_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a remote input is and which version of it a run reads; goes to workers, never into outputs.

    `address` may hold a password or a signature in its query: only `shown` of it may be seen. `access` is for S3.
    `head_sha256`, of the first mebibyte, is the identity of last resort for servers that give no ETag and no date.
    """

    address: str = field(repr=False)
    version: Version
    access: Access | None = None
    head_sha256: str = ""

    @property
    def identity(self) -> dict[str, str]:
        """Return what tells this version from others without reading it, as the manifest shows it."""
        known = {"etag": self.version.etag, "last_modified": self.version.modified}
        given = {name: value for name, value in known.items() if value}
        return given or {"head_sha256": self.head_sha256}


def is_remote(spec: str) -> bool:
    """Return whether an argument is an address rather than a path."""
    return spec.lower().startswith(SCHEMES)


def shown(address: str) -> str:
    """An address without what may be secret in it: user, password, query and fragment. A path stays as it is.

    >>> shown("https://me:secret@host.example:8080/a/b.warc.gz?X-Amz-Signature=1f2e#x")
    'https://host.example:8080/a/b.warc.gz'
    """
    if address.lower().startswith("s3://") or "://" not in address:
        return address
    scheme, _, rest = address.partition("://")
    path = re.split(r"[?#]", rest, maxsplit=1)[0]
    host, slash, path = path.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def names(spec: str, suffixes: Sequence[str]) -> list[str]:
    """The addresses that an address names: of S3, also what is below a prefix or matches a glob.

    Below a prefix, objects whose names end with one of `suffixes`. Raises UsageError when there is none.
    """
    if not spec.lower().startswith("s3://"):
        _parts(spec)
        return [spec]
    bucket, key = s3.split_address(spec)
    if key.endswith(tuple(suffixes)) and not _MAGIC.search(key):
        return [spec]  # reading an object takes no right to list its neighbours
    try:
        found = [name for name, _ in s3.keys(f"s3://{bucket}/{_MAGIC.split(key)[0]}", s3.access())]
    except SourceError as error:
        raise UsageError(str(error)) from None
    if key and key in found:
        return [spec]
    if _MAGIC.search(key):
        matches = _glob(key)
        chosen = [name for name in found if matches.fullmatch(name)]
    else:
        below = f"{key.rstrip('/')}/" if key else ""
        chosen = [name for name in found if name.startswith(below) and name.endswith(tuple(suffixes))]
    if not chosen:
        raise UsageError(f"{spec!r} names no object to read")
    return [f"s3://{bucket}/{name}" for name in chosen]


def _glob(key: str) -> re.Pattern[str]:
    """A glob over keys: `*` stays within a folder, `**` does not."""
    pieces = [translate(piece).replace(".*", "[^/]*") for piece in key.split("**")]
    return re.compile(".*".join(piece.removeprefix("(?s:").removesuffix(r")\Z") for piece in pieces), re.DOTALL)


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise UsageError(f"{shown(address)!r} is not a valid address") from None
    if not parts.hostname:
        raise UsageError(f"{shown(address)!r} names no host")
    return parts


def look(address: str) -> tuple[Origin, bytes]:
    """Find a remote file: which version of it there is, and its first `HEAD_BYTES`, with one request.

    Raises SourceError when the server does not give it, UsageError when the address or the access is wrong.
    """
    how = s3.access() if address.lower().startswith("s3://") else None
    request = _request(address, how)
    head, version = transfer.fetch(shown(address), request, 0, HEAD_BYTES, wait=patience())
    return Origin(address, version, how, sha256(head).hexdigest()), head


def _request(address: str, how: Access | None) -> Request:
    if how is not None:
        return lambda: (s3.signed(address, how), {})
    parts = _parts(address)
    login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    headers = urllib3.make_headers(basic_auth=login) if login != ":" else {}
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    return lambda: (bare, dict(headers))


def read_whole(address: str, max_bytes: int) -> bytes:
    """A small remote file; raises SourceError, also when it is larger than `max_bytes`."""
    how = s3.access() if address.lower().startswith("s3://") else None
    data, version = transfer.fetch(shown(address), _request(address, how), 0, max_bytes, wait=patience())
    if version.bytes > len(data):
        raise SourceError(f"{shown(address)}: {version.bytes} bytes are more than the {max_bytes} taken")
    return data


def open_origin(origin: Origin, *, end: int | None = None, block: int = BLOCK_BYTES) -> BinaryIO:
    """Open a remote file to be read up to about `end`; reading beyond works too, by smaller requests.

    Where the server gives no parts of files, the whole is first brought to a temporary file. Raises SourceError, here
    or while reading, when the server does not give the version that `origin` says.
    """
    request, wait = _request(origin.address, origin.access), patience()
    name = shown(origin.address)
    if origin.version.ranges:
        return cast(BinaryIO, RemoteFile(name, request, origin.version, end=end, block=block, wait=wait))
    return _brought(name, request, origin.version, wait)


def _brought(name: str, request: Request, version: Version, wait: Patience) -> BinaryIO:
    """A whole remote file in a temporary one, which has to have room for it."""
    try:
        folder = Path(gettempdir())
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise SourceError(f"{name}: there is no temporary folder to bring it to: {error.strerror}") from None
    if version.bytes > free:
        raise SourceError(
            f"{name}: the server gives no parts of it, and its {version.bytes} bytes are more than the {free} free in "
            f"{folder}: set TMPDIR to a larger disk"
        )
    with disk_errors(folder), ExitStack() as until_whole:
        file = until_whole.enter_context(TemporaryFile(prefix="curate-"))
        transfer.download(name, request, 0, version.bytes, cast(BinaryIO, file), version=version, wait=wait)
        file.seek(0)
        until_whole.pop_all()
        return cast(BinaryIO, file)


def open_head(origin: Origin, head: bytes) -> BinaryIO:
    """Open a remote file of which the first bytes are known."""
    if not origin.version.ranges and len(head) < origin.version.bytes:
        return open_origin(origin)
    request, wait = _request(origin.address, origin.access), patience()
    file = RemoteFile(shown(origin.address), request, origin.version, end=0, block=MORE_BYTES, wait=wait)
    file.hold(0, head)
    return cast(BinaryIO, file)


class RemoteFile(io.BufferedIOBase):
    """A remote file as a seekable one, through one block held in memory.

    Up to `end` a block is as long as `block` allows; past it, where only the rest of a member is wanted, short.
    """

    read_ahead = 0  # that a reader need not do

    def __init__(
        self,
        name: str,
        request: Request,
        version: Version,
        *,
        end: int | None = None,
        block: int = BLOCK_BYTES,
        wait: Patience = Patience(),
    ) -> None:
        self.name = name
        self.size = version.bytes
        self._version = version
        self._request = request
        self._end = version.bytes if end is None else end
        self._most = block
        self._wait = wait
        self._held = b""
        self._first = 0
        self._at = 0

    def hold(self, first: int, data: bytes) -> None:
        """Take bytes of the file that are known already as the block."""
        self._first, self._held = first, data

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The position."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; nothing is requested until bytes are read."""
        self._at = max(0, offset + (0, self._at, self.size)[whence])
        return self._at

    def read(self, count: int | None = -1) -> bytes:
        """Up to `count` bytes, fewer only at the end of the file; raises SourceError."""
        left = max(0, self.size - self._at)
        count = left if count is None or count < 0 else min(count, left)
        begin = self._at - self._first
        known = self._held[begin : begin + count] if 0 <= begin < len(self._held) else b""
        self._at += len(known)
        if len(known) == count:
            return known
        self._fill(count - len(known))
        more = self._held[: count - len(known)]
        self._at += len(more)
        return known + more

    def peek(self, _size: int = 0) -> bytes:
        """Some bytes from the position without moving, for reading lines."""
        if not 0 <= self._at - self._first < len(self._held) and self._at < self.size:
            self._fill(1)
        begin = self._at - self._first
        return self._held[begin : begin + io.DEFAULT_BUFFER_SIZE] if begin >= 0 else b""

    def _fill(self, count: int) -> None:
        """Request a block of at least `count` bytes from the position."""
        ahead = self._end + TAIL_BYTES - self._at if self._at < self._end else MORE_BYTES
        wanted = max(count, min(ahead, self._most))
        wanted = min(wanted, self.size - self._at)
        self._held, _ = transfer.fetch(
            self.name, self._request, self._at, wanted, version=self._version, wait=self._wait
        )
        self._first = self._at
