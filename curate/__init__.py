"""From raw web crawl to curated Parquet: reading, extraction, deduplication, runs and reports."""

__version__ = "0.1.0"
