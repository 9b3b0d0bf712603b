"""Finds words in the bytes of pages: two of a word's bytes are looked for at 32 places at a time.

`bytes.find` takes 65 microseconds for a word that is not in a page of 81 kB, on every page of a crawl for every word.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from curate.filters.compiled import inner, kernel

LANES = 32
_BYTES = ir.VectorType(ir.IntType(8), LANES)
_INDEX = ir.IntType(64)


def _look_for(builder: Any, data: Any, start: Any, end: Any, sought: Sequence[Any]) -> Any:
    """Write LLVM's code for a search: where some bytes stand side by side next in `data`, from `start` on.

    Looks at whole vectors before `end` alone: what comes out is such a place, or where fewer bytes than a vector are
    left.
    """
    wanted, lanes = [spread(builder, byte, _BYTES) for byte in sought], ir.Constant(_INDEX, LANES)
    last = builder.sub(end, ir.Constant(_INDEX, len(wanted) - 1))
    begin = builder.block
    head, look, found, done = (builder.append_basic_block(name) for name in ("head", "look", "found", "done"))
    builder.branch(head)
    builder.position_at_end(head)
    at = builder.phi(_INDEX)
    after = builder.add(at, lanes)
    builder.cbranch(builder.icmp_signed("<=", after, last), look, done)
    builder.position_at_end(look)
    same = [
        builder.icmp_unsigned("==", _load(builder, data, builder.add(at, ir.Constant(_INDEX, i))), byte)
        for i, byte in enumerate(wanted)
    ]
    bits = builder.bitcast(reduce(builder.and_, same), ir.IntType(LANES))
    builder.cbranch(builder.icmp_unsigned("==", bits, ir.Constant(bits.type, 0)), head, found)
    at.add_incoming(start, begin)
    at.add_incoming(after, look)
    builder.position_at_end(found)
    place = builder.add(at, builder.zext(builder.cttz(bits, ir.Constant(ir.IntType(1), 1)), _INDEX))
    builder.branch(done)
    builder.position_at_end(done)
    result = builder.phi(_INDEX)
    result.add_incoming(at, head)
    result.add_incoming(place, found)
    return result


def _load(builder: Any, data: Any, at: Any) -> Any:
    return builder.load(builder.bitcast(builder.gep(data, [at]), _BYTES.as_pointer()), align=1)


def spread(builder: Any, number: Any, kind: Any) -> Any:
    """Write LLVM's code for a vector of `LANES` equal numbers, of the vector type `kind`."""
    undefined = ir.Constant(kind, ir.Undefined)
    single = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(single, undefined, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))


def _search(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    html, start, end, *sought = arguments
    return _look_for(builder, context.make_array(signature.args[0])(context, builder, html).data, start, end, sought)


@intrinsic
def skip_to_byte(typing: Any, html: Any, at: Any, end: Any, byte: Any) -> Any:  # noqa: ARG001 -- numba gives it
    """Where a byte is next among whole vectors of bytes, or where fewer bytes than a vector has are left."""
    return types.intp(html, types.intp, types.intp, types.uint8), _search


@intrinsic
def _skip_to_pair(typing: Any, html: Any, at: Any, end: Any, first: Any, second: Any) -> Any:  # noqa: ARG001
    """The same for two bytes side by side."""
    return types.intp(html, types.intp, types.intp, types.uint8, types.uint8), _search


@inner
def _is_at(html: NDArray[np.uint8], word: NDArray[np.uint8], at: int) -> bool:
    same = 0
    while same < len(word) and html[at + same] == word[same]:
        same += 1
    return same == len(word)


@kernel
def _places(html: NDArray[np.uint8], word: NDArray[np.uint8], pair: int, step: int, found: NDArray[np.int64]) -> int:
    """Fill `found` with the first places of a word, each `step` bytes or more behind the one before; their number."""
    count, at = 0, 0
    last = len(html) - len(word)
    while at <= last and count < len(found):
        if len(word) > 1:
            at = _skip_to_pair(html, at + pair, len(html), word[pair], word[pair + 1]) - pair
        if at <= last and _is_at(html, word, at):
            found[count] = at
            count += 1
            at += step
        else:
            at += 1
    return count


def places(html: bytes, word: bytes, *, most: int, pair: int = 0, step: int = 1) -> list[int]:
    """The first places, at most `most`, where a word stands in a page, ascending.

    `pair` is the place in the word of the two bytes to look for first: a pair that is rare in pages is found sooner.
    The next place looked at is `step` bytes behind the last: the word's length leaves out those that overlap.

    >>> places(b"the theme of the day", b"the", most=8)
    [0, 4, 13]
    """
    found = np.empty(most, np.int64)
    count = _places(np.frombuffer(html, np.uint8), np.frombuffer(word, np.uint8), pair, max(step, 1), found)
    return found[:count].tolist()  # type: ignore[no-any-return]
