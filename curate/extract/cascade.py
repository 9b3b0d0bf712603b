"""Our own extractor, and trafilatura where it is least sure of itself."""

from curate.extract import DEFAULT_MARKUP, Extracted, decoded, in_one_span, tidy
from curate.extract.blocks import extracted as extracted_blocks
from curate.extract.libraries import trafilatura_text

# Pages made by scripts or with little text: one gold page in a hundred. No limit gains more than .001 of F1 on
# both gold sets, and higher ones lose on varied pages and cost ten times as much; the table is in the model card.
MIN_EXPECTED_F1 = 0.5


def extracted(
    html: bytes | str, charset: str = "", *, markup: str = DEFAULT_MARKUP, min_expected_f1: float = MIN_EXPECTED_F1
) -> Extracted:
    """Main text by `blocks`, or by trafilatura where `blocks` expects a lower F1 and trafilatura finds any text.

    The expected F1 is that of `blocks` in either case.
    """
    found = extracted_blocks(html, charset, markup=markup)
    if found.expected_f1 >= min_expected_f1:
        return found
    text = tidy(trafilatura_text(decoded(html, charset), markup=markup))
    return in_one_span(text, found.expected_f1) if text else found
