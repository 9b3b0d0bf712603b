"""Duplicates: `near` in one process; over all splits `resolve`, which runs `shuffle` and `comparing`.

`minhash` makes signatures and band keys, `ranking` says which copy is kept, `copies` what the others leave behind.
"""

from curate.dedup.near import near_duplicates

__all__ = ["near_duplicates"]
__dir__ = __all__.copy  # so dir() shows what is public
