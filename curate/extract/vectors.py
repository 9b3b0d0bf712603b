"""Many numbers at a time, in LLVM's own words where numba has none: vectors stay in registers from node to node.

LLVM writes them for any processor, as one instruction or as several.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from curate.extract.compiling import borrowing
from curate.filters.byte_search import LANES, skip_to_byte, spread

# LANES rows go through the trees together: two vectors of AVX-512, four of AVX2, eight of NEON.
_BITS = ir.VectorType(ir.IntType(32), LANES)
_FLOATS = ir.VectorType(ir.FloatType(), LANES)
_INDEX = ir.IntType(64)
_DE_BRUIJN = 0x077CB531


@intrinsic
def add_trees(typing: Any, forest: Any, columns: Any, odds: Any) -> Any:  # noqa: ARG001 -- numba gives it
    """Add what every tree of a `model.Forest` says of 32 rows, float32[features, 32], to `odds`, float32[32]."""
    return types.void(forest, columns, odds), _add_trees


def _add_trees(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    forest, *others = arguments
    kinds = [*signature.args[0].types, *signature.args[1:]]
    values = [*cgutils.unpack_tuple(builder, forest), *others]
    ends, feature, threshold, spared, leaf, columns, odds = (
        context.make_array(kind)(context, builder, value) for kind, value in zip(kinds, values, strict=True)
    )
    trees = cgutils.unpack_tuple(builder, ends.shape)[0]
    total = cgutils.alloca_once_value(builder, _load(builder, odds.data, _FLOATS))
    first = cgutils.alloca_once_value(builder, ir.Constant(_INDEX, 0))
    possible = cgutils.alloca_once(builder, _BITS)
    with cgutils.for_range(builder, trees) as tree:
        builder.store(ir.Constant(_BITS, [0xFFFFFFFF] * LANES), possible)
        end = builder.sext(builder.load(builder.gep(ends.data, [tree.index])), _INDEX)
        with cgutils.for_range(builder, end, start=builder.load(first)) as node:
            at = [node.index]
            number = builder.zext(builder.load(builder.gep(feature.data, at)), _INDEX)
            place = builder.mul(number, ir.Constant(_INDEX, LANES))
            column = _load(builder, builder.gep(columns.data, [place]), _FLOATS)
            limit = spread(builder, builder.load(builder.gep(threshold.data, at)), _FLOATS)
            bits = spread(builder, builder.load(builder.gep(spared.data, at)), _BITS)
            before = builder.load(possible)
            is_above = builder.fcmp_ordered(">", column, limit)
            builder.store(builder.select(is_above, builder.and_(before, bits), before), possible)
        builder.store(end, first)
        of_tree = builder.gep(leaf.data, [builder.mul(tree.index, ir.Constant(_INDEX, LANES))])
        found = _gather(builder, of_tree, _leaf_places(builder, builder.load(possible)))
        builder.store(builder.fadd(builder.load(total), found), total)
    builder.store(builder.load(total), builder.bitcast(odds.data, _FLOATS.as_pointer()), align=4)
    return context.get_dummy_value()


@borrowing
def next_byte(html: NDArray[np.uint8], at: int, end: int, byte: int) -> int:
    """The next place of a byte, or `end`."""
    at = skip_to_byte(html, at, end, byte)
    while at < end and html[at] != byte:
        at += 1
    return at


def _load(builder: Any, data: Any, kind: Any) -> Any:
    return builder.load(builder.bitcast(data, kind.as_pointer()), align=4)


def _leaf_places(builder: Any, possible: Any) -> Any:
    """`model.leaf_place` of every lane."""
    lowest = builder.and_(possible, builder.neg(possible))
    spread = builder.mul(lowest, ir.Constant(_BITS, [_DE_BRUIJN] * LANES))
    return builder.lshr(spread, ir.Constant(_BITS, [27] * LANES))


def _gather(builder: Any, data: Any, places: Any) -> Any:
    found = ir.Constant(_FLOATS, ir.Undefined)
    for lane in range(LANES):
        place = ir.Constant(ir.IntType(32), lane)
        at = builder.zext(builder.extract_element(places, place), _INDEX)
        found = builder.insert_element(found, builder.load(builder.gep(data, [at])), place)
    return found
