"""Which part of a text a model reads: a bounded one, so that a ten-megabyte page costs what a long article costs."""


def excerpt(text: str, *, max_head: int, max_middle: int) -> str:
    """The first `max_head` characters and the `max_middle` characters around the middle, or all of a shorter text.

    The middle window is there because the head of a web page is often a menu or a cookie notice. The two windows are
    joined by a newline, so no word is made up at the seam beyond the two that were cut.

    >>> excerpt("a short text", max_head=20, max_middle=10)
    'a short text'
    >>> excerpt("0123456789" * 3, max_head=4, max_middle=2)
    '0123\\n45'
    """
    if len(text) <= max_head + max_middle:
        return text
    start = max(max_head, (len(text) - max_middle) // 2)
    return f"{text[:max_head]}\n{text[start : start + max_middle]}"
