"""Makes text from the web safe to show on a terminal."""

import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile


def harmless(text: str) -> str:
    """Text from the web made safe for a terminal: control, format and bidi characters show as their code point.

    >>> harmless("calm text")
    'calm text'
    >>> harmless("red\\x1b[31m")
    'red<U+001B>[31m'
    """
    if text.isprintable():
        return text
    return "".join(char if _shows_itself(char) else f"<U+{ord(char):04X}>" for char in text)


def _shows_itself(char: str) -> bool:
    return char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@contextmanager
def native_messages(heard: list[str]) -> Iterator[None]:
    """Take up what native code writes to this process's error output: only there Ray says that a token is missing."""
    sys.stderr.flush()
    usual = os.dup(2)
    with TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(usual, 2)
            os.close(usual)
            file.seek(0)
            heard.append(file.read().decode(errors="replace"))
