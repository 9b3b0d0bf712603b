"""A real HTTP server that misbehaves on request: for a share of answers, in a named way, always the same ones.

It serves files from memory, by ranges or not, or passes requests on to another server.
"""

import http.client
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SLOW_DOWN = (
    b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)
DENIED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
PAGE = b"<html><head><title>503 Service Unavailable</title></head><body>WARC/1.0 busy</body></html>"
STATUS = {  # fault: status, headers, body
    "403": (403, {"Content-Type": "text/html"}, PAGE),
    "denied": (403, {"Content-Type": "application/xml"}, DENIED),
    "401": (401, {}, b""),
    "404": (404, {"Content-Type": "text/html"}, PAGE),
    "410": (410, {}, b""),
    "412": (412, {}, b""),
    "429": (429, {"Retry-After": "0"}, b""),
    "500": (500, {"Content-Type": "text/html"}, PAGE),
    "503": (503, {"Content-Type": "application/xml"}, SLOW_DOWN),
    "page": (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE),
    "xml": (200, {"Content-Type": "application/xml"}, SLOW_DOWN),
    "empty": (200, {}, b""),
}


@dataclass
class Behaviour:
    """What the server does; tests change it while it runs. `fault` gives a fault's name, or "", for each request."""

    files: dict[str, bytes] = field(default_factory=dict)
    fault: Callable[[int, str], str] = lambda number, path: ""
    ranges: bool = True
    etag: str = '"v1"'
    modified: str = "Wed, 01 Jul 2026 00:00:00 GMT"
    forward: str = ""
    redirect: dict[str, str] = field(default_factory=dict)
    stall: float = 3.0
    retry_after: str = "0"
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def sometimes(fault: str, share: float, seed: int = 1) -> Callable[[int, str], str]:
    """A fault for a share of the requests, the same ones each time."""
    return lambda number, path: fault if random.Random(f"{seed}-{number}").random() < share else ""


def any_of(faults: list[str], share: float, seed: int = 1) -> Callable[[int, str], str]:
    """One of several faults for a share of the requests."""

    def choose(number: int, path: str) -> str:
        rng = random.Random(f"{seed}-{number}")
        return rng.choice(faults) if rng.random() < share else ""

    return choose


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behaviour: Behaviour
    lock = threading.Lock()

    def log_message(self, *arguments: Any) -> None:
        pass

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def do_GET(self) -> None:
        act = self.behaviour
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.lock:
            number = len(act.seen)
            act.seen.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
            fault = act.fault(number, self.path)
            act.faults.append(fault)
        if fault in STATUS:
            status, headers, answer = STATUS[fault]
            extra = {"Retry-After": act.retry_after} if fault == "429" else {}
            self._send(status, {**headers, **extra}, answer)
        elif fault in ("reset", "silent"):
            self._break(fault)
        elif fault == "drip_headers":
            self._drip_headers()
        else:
            self._send(*self._answer(body), fault=fault)

    do_PUT = do_POST = do_HEAD = do_DELETE = do_GET

    def _break(self, fault: str) -> None:
        if fault == "silent":
            time.sleep(self.behaviour.stall)
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _drip_headers(self) -> None:
        """An answer whose headers never end, a byte now and then."""
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        until = time.monotonic() + 60
        while time.monotonic() < until:
            self.wfile.write(b"a")
            time.sleep(0.05)

    def _answer(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        act = self.behaviour
        if act.forward:
            return self._forwarded(body)
        path = self.path.partition("?")[0]
        if path in act.redirect:
            return 302, {"Location": act.redirect[path]}, b""
        if path not in act.files:
            return STATUS["404"]
        return self._file(act.files[path])

    def _file(self, data: bytes) -> tuple[int, Mapping[str, str], bytes]:
        act = self.behaviour
        headers = {"Content-Type": "application/octet-stream"}
        headers |= {"ETag": act.etag} if act.etag else {}
        headers |= {"Last-Modified": act.modified} if act.modified else {}
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not act.ranges or asked is None:
            return 200, headers, data
        first, last = int(asked[1]), min(int(asked[2]), len(data) - 1)
        if first >= len(data):
            return 416, {"Content-Range": f"bytes */{len(data)}"}, b""
        return 206, headers | {"Content-Range": f"bytes {first}-{last}/{len(data)}"}, data[first : last + 1]

    def _forwarded(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        link = http.client.HTTPConnection(self.behaviour.forward, timeout=20)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        link.request(self.command, self.path, body or None, headers)
        found = link.getresponse()
        data = found.read()
        kept = {
            name: value
            for name, value in found.getheaders()
            if name.lower() not in ("connection", "transfer-encoding", "date", "server")
        }
        link.close()
        return found.status, kept, data

    def _send(self, status: int, headers: Mapping[str, str], body: bytes, fault: str = "") -> None:
        headers = dict(headers)
        if fault == "other_range" and "Content-Range" in headers:
            headers["Content-Range"] = re.sub(r"bytes (\d+)", "bytes 1\\1", headers["Content-Range"])
        if fault == "honest_short":  # less than was asked for, with a length that fits what is sent
            body = body[: len(body) // 2]
        sent = body[: len(body) // 2] if fault in ("short", "stall") else body
        self.send_response(status)
        known = {name.lower() for name in headers}
        for name, value in headers.items():
            self.send_header(name, value)
        if "content-length" not in known:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self._write(sent, fault)
        if fault == "stall":
            self.wfile.flush()
            time.sleep(self.behaviour.stall)
        if fault in ("short", "stall"):
            self.close_connection = True

    def _write(self, body: bytes, fault: str) -> None:
        if fault != "drip":
            self.wfile.write(body)
            return
        for at in range(len(body)):
            self.wfile.write(body[at : at + 1])
            time.sleep(0.05)


class FaultServer:
    """The server on a free port, as a context manager."""

    def __init__(self, **behaviour: Any) -> None:
        self.behaviour = Behaviour(**behaviour)
        handler = type("Handler", (_Handler,), {"behaviour": self.behaviour})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}"

    def __enter__(self) -> "FaultServer":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
