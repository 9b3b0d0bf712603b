"""Cuts a bounded excerpt out of a text, so that a page of ten megabytes costs a model what a long article costs."""


def excerpt(text: str, *, max_head: int, max_middle: int, max_tail: int = 0) -> str:
    """The first `max_head`, the middle `max_middle` and the last `max_tail` characters, or all of a shorter text.

    The middle is read because the head of a web page is often a menu or a cookie notice, and the tail because leftovers
    of the page's frame gather there. The pieces are joined by newlines, so no word is made up at a seam beyond those
    that were cut.

    >>> excerpt("a short text", max_head=20, max_middle=10)
    'a short text'
    >>> excerpt("0123456789" * 3, max_head=4, max_middle=2, max_tail=3)
    '0123\\n45\\n789'
    """
    if len(text) <= max_head + max_middle + max_tail:
        return text
    start = max(max_head, (len(text) - max_middle) // 2)
    pieces = [text[:max_head], text[start : start + max_middle]]
    return "\n".join([*pieces, text[len(text) - max_tail :]] if max_tail else pieces)
