"""Web archives: bytes to pages. `reading` reads a file; `members`, `records` and `http_body` are its layers."""

from curate.warc.pages import Limits, Page, ReadCounts, Skip
from curate.warc.reading import read_pages

__all__ = ["Limits", "Page", "ReadCounts", "Skip", "read_pages"]
__dir__ = __all__.copy  # so dir() shows what is public
