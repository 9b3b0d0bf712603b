"""Our own extractor, and trafilatura where it is least sure of itself."""

from curate.extract import Scored, decoded
from curate.extract.blocks import scored_text as scored_blocks
from curate.extract.libraries import trafilatura_text

# Pages made by scripts or with little text: one gold page in a hundred. No limit gains more than .001 of F1 on
# both gold sets, and higher ones lose on varied pages and cost ten times as much; the table is in the model card.
MIN_EXPECTED_F1 = 0.5


def scored_text(html: bytes | str, charset: str = "", *, min_expected_f1: float = MIN_EXPECTED_F1) -> Scored:
    """Main text by `blocks`, or by trafilatura where `blocks` expects a lower F1 and trafilatura finds any text.

    The expected F1 is that of `blocks` in either case.
    """
    found = scored_blocks(html, charset)
    if found.expected_f1 >= min_expected_f1:
        return found
    return found._replace(text=trafilatura_text(decoded(html, charset)) or found.text)
