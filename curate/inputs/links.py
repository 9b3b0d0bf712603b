"""Connections that are watched, and redirects that are looked at before they are followed.

A read timeout holds for one byte, so a server that sends its headers a byte at a time would be waited for without end:
a watch ends the connection. And an address on the web may not send a reader to a service inside this network.
"""

import ipaddress
import os
import socket
from contextlib import suppress
from functools import cache
from threading import Timer
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from curate.errors import SourceError

CONNECTIONS = 4  # of one process to one server, while inputs are looked at; a worker reading a split has one
MAX_REDIRECTS = 5
HEADERS_PER_READ = 2.0  # what all headers of an answer may take, by what one read may
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ALLOWED = "CURATE_HTTP_PRIVATE"  # set to 1: redirects into this network are followed
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})


class _Watched:
    """A connection whose answer's headers have to come within a time."""

    sock: socket.socket | None
    timeout: float | None

    def getresponse(self) -> Any:
        """The answer; raises TimeoutError when its headers take too long."""
        sock, late = self.sock, []

        def end() -> None:
            late.append(True)
            with suppress(OSError, ValueError):
                if sock is not None:
                    sock.shutdown(socket.SHUT_RDWR)

        watch = Timer(HEADERS_PER_READ * (self.timeout or 60.0), end)
        watch.daemon = True
        watch.start()
        try:
            response = super().getresponse()  # type: ignore[misc]
        except Exception:
            if late:
                raise TimeoutError from None
            raise
        finally:
            watch.cancel()
        if late:  # headers that end with the connection look whole
            raise TimeoutError
        return response


class _Http(_Watched, HTTPConnection):
    pass


class _Https(_Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


@cache
def pool(proxy: str) -> urllib3.PoolManager:
    """The connections of this process, through a proxy or not."""
    made = urllib3.ProxyManager(proxy, maxsize=CONNECTIONS) if proxy else urllib3.PoolManager(maxsize=CONNECTIONS)
    made.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    return made


def redirected(response: urllib3.BaseHTTPResponse, url: str, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The address an answer leads to, and the headers for it: without secrets where that is another server.

    Raises SourceError when it leads from the web into this network, or nowhere.
    """
    target = urljoin(url, response.headers.get("Location", ""))
    before, after = urlsplit(url), urlsplit(target)
    if after.scheme not in ("http", "https") or not after.hostname:
        raise SourceError("it was redirected to no address")
    if leads_inside(url, target) and os.environ.get(ALLOWED, "") != "1":
        raise SourceError(f"it was redirected to an address of this network; {ALLOWED}=1 allows that")
    if (before.scheme, before.netloc) != (after.scheme, after.netloc):
        headers = {name: value for name, value in headers.items() if name.lower() not in _SECRET}
    return target, headers


def leads_inside(before: str, after: str) -> bool:
    """Return whether a redirect goes from an address outside of this machine's network to one inside."""
    source, target = urlsplit(before).hostname or "", urlsplit(after).hostname or ""
    return source != target and is_inside(target) and not is_inside(source)


def is_inside(host: str) -> bool:
    """Return whether a host has an address that only this machine or its network knows.

    >>> is_inside("127.0.0.1"), is_inside("169.254.169.254"), is_inside("93.184.216.34")
    (True, True, False)
    """
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False  # it cannot be connected to either
    return any(not _outside(str(address).partition("%")[0]) for address in found)


def _outside(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global
