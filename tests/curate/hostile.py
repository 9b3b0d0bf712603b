"""What a page may make an extractor do; called by name in the sandbox's child, so this imports next to nothing."""

import ctypes
import hashlib
import os
import sys
import time
import zlib
from pathlib import Path

calls = 0
hoard: list[bytearray] = []


def echo(page: bytes | str) -> str:
    """The page itself."""
    return page if isinstance(page, str) else page.decode("utf-8", "surrogateescape")


def process_id(page: bytes) -> str:
    """The process this runs in."""
    return str(os.getpid())


def spin(page: bytes) -> str:
    """Use CPU time for ever."""
    while True:
        pass


def spin_in_c(page: bytes) -> str:
    """Use CPU time inside one call that never looks at signals handled in Python."""
    hashlib.pbkdf2_hmac("sha256", page, b"", 2**31 - 1)
    return ""


def spin_for(page: bytes) -> str:
    """Use so many seconds of CPU time."""
    end = time.process_time() + float(page)
    while time.process_time() < end:
        pass
    return "done"


def sleep(page: bytes) -> str:
    """Wait so many seconds without using CPU time."""
    time.sleep(float(page))
    return "awake"


def wait_in_c(page: bytes) -> str:
    """Block inside one C call."""
    ctypes.CDLL(None).pause()
    return ""


def allocate(page: bytes) -> str:
    """Ask for so many bytes at once and write to all of them."""
    return str(len(bytearray(b"\x01") * int(page)))


def allocate_slowly(page: bytes) -> str:
    """Take so many bytes in steps of 16 MiB."""
    held = [bytearray(b"\x01") * (16 << 20) for _ in range(int(page) >> 24)]
    return str(len(held))


def keep(page: bytes) -> str:
    """Hold on to so many bytes after the call, as a library's cache would; says how many calls came before."""
    global calls
    calls += 1
    hoard.append(bytearray(b"\x01") * int(page))
    return str(calls)


def crash(page: bytes) -> str:
    """Read address 0."""
    return str(ctypes.string_at(0))


def crash_when_used(page: bytes) -> str:
    """Crash on every call but the first of a process."""
    global calls
    calls += 1
    return str(calls) if calls == 1 else crash(page)


def leave(page: bytes) -> str:
    """Exit without a word."""
    os._exit(3)


def repeat(page: bytes) -> str:
    """So many characters of text."""
    return "x" * int(page)


def fail(page: bytes) -> str:
    """Raise an ordinary exception."""
    raise ValueError("no such page")


def exit_politely(page: bytes) -> str:
    """Raise what is no Exception."""
    raise SystemExit(4)


def catch_everything(page: bytes) -> str:
    """Try to outlive the CPU limit, as a library with a broad except would."""
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


def print_and_read(page: bytes) -> str:
    """Write to and read from what might be the sandbox's pipes."""
    print("a library's chatter" * 1000, flush=True)
    os.write(1, b"more chatter")
    return sys.stdin.read() + "ok"


def environment(page: bytes) -> str:
    """The hash seed and the number of open files."""
    return f"{os.environ['PYTHONHASHSEED']} {len(list(Path('/proc/self/fd').iterdir()))}"


def checksum(page: bytes) -> str:
    """CRC of the bytes that arrived."""
    return str(zlib.crc32(page))
