"""Text from the web on a terminal."""

import unicodedata


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
