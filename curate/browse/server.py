"""Serves the browser to this machine alone.

Every address begins with a token that only the user's terminal has shown. A request is answered only when its Host is
this server's, so that no name that points here can be used, and when no other site's page has made it. What is captured
from the web is shown as text, or in a frame without scripts, forms, pictures and network.
"""

import json
import secrets
from collections.abc import Mapping
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from curate.browse import original
from curate.browse.pages import Browser, page_of
from curate.browse.rows import read_row
from curate.errors import UsageError

LOOPBACK = "127.0.0.1"
MAX_BODY = 4096
OURS = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
THEIRS = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "no-store",
}
FILES = {"browse.css": "text/css", "browse.js": "text/javascript"}

Answer = tuple[int, str, bytes, str]  # status, type, body, content policy


class Server(ThreadingHTTPServer):
    """A server of one run on loopback; `address` is where the user goes."""

    daemon_threads = True

    def __init__(self, browser: Browser, port: int = 0) -> None:
        self.browser, self.token = browser, secrets.token_urlsafe(24)
        self.reading = Lock()  # open Parquet files are read by one thread at a time
        super().__init__((LOOPBACK, port), _Handler)
        self.hosts = {f"{name}:{self.server_port}" for name in (LOOPBACK, "localhost")}

    @property
    def address(self) -> str:
        """The address with its token."""
        return f"http://{LOOPBACK}:{self.server_port}/{self.token}/"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "curate"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Answer with the page, a file of it, or what was captured."""
        self._send(self._refused() or self._got(*self._asked()))

    def do_POST(self) -> None:
        """Take a label."""
        self._send(self._refused() or self._refused_post() or self._labelled())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing: addresses hold the token."""

    def _asked(self) -> tuple[str, Mapping[str, str]]:
        parts = urlsplit(self.path)
        return parts.path.partition("/")[2].partition("/")[2], dict(parse_qsl(parts.query, max_num_fields=50))

    def _refused(self) -> Answer | None:
        token = urlsplit(self.path).path.partition("/")[2].partition("/")[0]
        if self.headers.get("Host", "") not in self.server.hosts:
            return _plain(421, "this server has another name")
        if not compare_digest(token.encode(), self.server.token.encode()):
            return _plain(403, "the address lacks its token; use the one that curate browse printed")
        if self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return _plain(403, "another site asked for this")
        return None

    def _refused_post(self) -> Answer | None:
        if self.headers.get("Origin", "") not in {f"http://{host}" for host in self.server.hosts}:
            return _plain(403, "another site asked for this")
        if self.headers.get_content_type() != "application/json":
            return _plain(415, "a label is JSON")
        return None

    def _got(self, name: str, fields: Mapping[str, str]) -> Answer:
        with self.server.reading:
            return self._read(name, fields)

    def _read(self, name: str, fields: Mapping[str, str]) -> Answer:
        if name == "":
            return 200, "text/html", page_of(self.server.browser, fields).encode("utf-8", "backslashreplace"), OURS
        if name in FILES:
            return 200, FILES[name], (files("curate.browse") / "templates" / name).read_bytes(), OURS
        if name == "original":
            return self._captured(fields.get("row", ""))
        return _plain(404, "there is nothing here")

    def _captured(self, row: str) -> Answer:
        rows = self.server.browser.rows
        if not row.isdecimal() or int(row) >= len(rows):
            return _plain(404, "there is no such row")
        found = original.original(self.server.browser.archives, read_row(rows, int(row)))
        if found is None:
            return _plain(404, "its archive is not at hand")
        data, charset = found
        return 200, "text/html", data.decode(charset, "replace").encode("utf-8", "replace"), THEIRS

    def _labelled(self) -> Answer:
        size = self.headers.get("Content-Length", "")
        if self._asked()[0] != "label" or not size.isdecimal() or int(size) > MAX_BODY:
            return _plain(400, "a label is a few bytes")
        try:
            said: Any = json.loads(self.rfile.read(int(size)))
            page, value = str(said["id"]), said["value"]
            if value is not None and not isinstance(value, int):
                raise UsageError("a value is a whole number")
            self.server.browser.labels.give(page, value)
        except (ValueError, LookupError, TypeError, UsageError) as error:
            return _plain(400, str(error))
        return 200, "application/json", json.dumps({"labelled": len(self.server.browser.labels)}).encode(), OURS

    def _send(self, answer: Answer) -> None:
        status, kind, body, policy = answer
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Security-Policy": policy}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _plain(status: int, said: str) -> Answer:
    return status, "text/plain", f"{said}\n".encode(), OURS
