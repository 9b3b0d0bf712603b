"""From raw web crawl to curated Parquet: reading, extraction, deduplication, runs and reports."""

from curate import extras, short_names

__version__ = "0.1.0"

short_names.install()
extras.install()
