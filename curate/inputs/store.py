"""A folder on S3 that a folder of this machine stands for: files are sent and brought whole, by digest."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

from curate.errors import SourceError
from curate.files import disk_errors, sha256_of, temporary_path
from curate.inputs import s3, transfer
from curate.inputs.links import CONNECTIONS
from curate.inputs.patience import patience
from curate.inputs.s3 import Access
from curate.inputs.transfer import Request

CHECKED_TRIES = 5  # of what a server said it did and has not done
_KINDS = {".json": "application/json", ".html": "text/html; charset=utf-8", ".md": "text/markdown; charset=utf-8"}
_fresh: dict[tuple[str, Path], tuple[int, int]] = {}  # by run: status of files this process knows to be as stored


@dataclass(frozen=True, slots=True)
class Store:
    """The folder `root` here and `address` elsewhere, such as `s3://bucket/run/work`.

    What a process has once compared counts as compared for as long as `run` is the same.
    """

    root: Path
    address: str
    access: Access
    run: str = field(default_factory=token_hex)

    def url(self, path: Path) -> str:
        """Return where a file is stored."""
        name = path.relative_to(self.root).as_posix()
        return self.address if name == "." else f"{self.address.rstrip('/')}/{name}"

    def send(self, source: Path, path: Path) -> None:
        """Store a file as `path`, to which it is renamed next; raises SourceError when it is not there afterwards."""
        send(source, self.url(path), sha256_of(source), self.access)
        self._note(path, source)

    def bring(self, path: Path) -> None:
        """Make a file here what is stored; raises SourceError when it cannot be had as it was stored."""
        if path.is_file() and _fresh.get((self.run, path)) == _status(path):
            return
        for _ in range(CHECKED_TRIES):
            found = self.stored(path)
            if found is None:
                path.unlink(missing_ok=True)
                return
            if _same(path, found) or self._fetched(path, found):
                self._note(path, path)
                return
        raise SourceError(f"{self.url(path)}: it is not what was stored there: its digest differs")

    def _fetched(self, path: Path, found: tuple[int, str]) -> bool:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_path(path)
        try:
            with disk_errors(path.parent):
                fetch(self.url(path), temporary, found[0], self.access)
                if not _same(temporary, found):
                    return False
                temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def _note(self, path: Path, now: Path) -> None:
        _fresh[self.run, path] = _status(now)

    def stored(self, path: Path) -> tuple[int, str] | None:
        """Bytes and SHA-256 of what is stored under a name."""
        return s3.stored(self.url(path), self.access)

    def names(self, folder: Path) -> set[str]:
        """The names stored in a folder; those of folders end with a slash."""
        at = f"{self.url(folder)}/"
        below = (key.removeprefix(s3.split_address(at)[1]) for key, _ in s3.keys(at, self.access))
        return {f"{name}/" if rest else name for name, rest, _ in (each.partition("/") for each in below)}

    def remove(self, path: Path) -> int:
        """Remove a stored file, or all that is stored in a folder; returns the bytes it had."""
        bucket, prefix = s3.split_address(self.url(path))
        there = s3.keys(f"s3://{bucket}/{prefix}", self.access)
        gone = {key: size for key, size in there if key == prefix or key.startswith(f"{prefix}/")}
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            for _ in threads.map(lambda key: s3.delete(f"s3://{bucket}/{key}", self.access), gone):
                pass
        return sum(gone.values())


def send(path: Path, url: str, digest: str, access: Access) -> None:
    """Store a file and see that it is there; the signature makes S3 refuse other bytes than those that were read."""
    for _ in range(CHECKED_TRIES):
        s3.put(url, path, access, kind=_KINDS.get(path.suffix, "application/octet-stream"), sha256=digest)
        if s3.stored(url, access) == (path.stat().st_size, digest):
            return
    raise SourceError(f"{url}: it is not there as it was sent")


def fetch(url: str, path: Path, size: int, access: Access) -> None:
    """Bring a stored file of `size` bytes; raises SourceError."""
    request: Request = lambda: (s3.signed(url, access), {})  # noqa: E731
    with path.open("wb") as sink:
        transfer.download(url, request, 0, size, sink, wait=patience())


def _same(path: Path, found: tuple[int, str]) -> bool:
    return path.is_file() and path.stat().st_size == found[0] and sha256_of(path) == found[1]


def _status(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_ino
