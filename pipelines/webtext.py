"""WebText-style curation of a raw crawl into English training text; the default recipe.

- Read HTML pages answered with 200; decide by address and bytes before anything is parsed.
- Extract the main text with this project's own extractor, a twelfth of trafilatura's cost at its quality (docs/models);
  keep English (Rae et al. 2021 and Penedo et al. 2024 keep one language too).
- Remove exact duplicates, then near-duplicates verified by Jaccard similarity, keeping the earliest capture.
- Apply the published heuristics in the order of FineWeb: Gopher repetition and quality, C4 without its rule that a line
  has to end in a full stop (it alone would take a third of all lines), FineWeb.
- Drop toxic texts, redact personal data, and keep what reads more like pages people linked to than like the crawl.
"""

from classifiers import quality, toxicity
from curate.recipe import Recipe
from curate.stages import (
    ExactDuplicates,
    Extract,
    Language,
    NearDuplicates,
    Prefilter,
    Read,
    Redact,
    Rules,
    Score,
    Urls,
)
from filters import c4, fineweb, gopher, html
from filters.url import UrlRules

recipe = Recipe(
    name="webtext",
    stages=(
        Read(),
        Urls(UrlRules()),
        Prefilter(html.ENGLISH),
        Extract("blocks"),
        Language(keep=("en",), min_probability=0.65),
        ExactDuplicates(),
        NearDuplicates(threshold=0.8),
        Rules(gopher.repetition),
        Rules(gopher.quality),
        Rules(c4.quality.with_dialect("fineweb"), edit=c4.clean_lines.with_dialect("fineweb")),
        Rules(fineweb.quality),
        Score("toxicity", toxicity.score, max_score=0.8),
        Redact(max_pii_spans=20),
        Score("quality", quality.score, min_score=0.5),
    ),
)
