"""Our own extractor, and trafilatura where it is least sure of itself."""

from curate.extract.blocks import extract_page
from curate.extract.libraries import trafilatura_text

# About one page in twenty of a crawl: pages made by scripts, lists of links, little text.
MIN_EXPECTED_F1 = 0.58


def cascade_text(html: str, *, min_expected_f1: float = MIN_EXPECTED_F1) -> str:
    """Main text by `blocks`, or by trafilatura where `blocks` expects a lower F1 and trafilatura finds any text."""
    page = extract_page(html)
    return page.text if page.expected_f1 >= min_expected_f1 else trafilatura_text(html) or page.text
