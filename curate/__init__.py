"""From raw web crawl to curated Parquet: reading, extraction, deduplication, runs and reports."""

from curate.short_names import install

__version__ = "0.1.0"

install()
