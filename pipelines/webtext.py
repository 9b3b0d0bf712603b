"""WebText-style curation of a raw crawl into English training text; the default recipe.

- Read HTML pages answered with 200; decide by address and bytes before anything is parsed.
- Extract the main text with this project's own extractor, far cheaper than trafilatura at about its quality,
  as Markdown: headings, lists, code, tables and formulas stay (docs/extraction.md).
- Keep English (Rae et al. 2021 and Penedo et al. 2024 keep one language too).
- Apply the heuristics of Gopher, C4 and FineWeb as far as they cost next to nothing worth having: limits measured on
  labelled pages, and no editing of lines (docs/judgement.md).
- Note how much each text is like Wikipedia and what people linked to (Radford et al. 2019), and drop the very bottom.
- Keep what a value model finds worth having: a score that can be read, and a percentile in the run.
- Drop toxic texts.
- Remove exact duplicates, then near-duplicates verified by Jaccard similarity, keeping the earliest capture. Only here,
  so that no copy is removed for a page that a rule or a model then drops (docs/duplicates.md).
- Redact personal data.
"""

from curate.classifiers import quality, toxicity, webtext
from curate.filters import c4, fineweb, gopher, html
from curate.filters.url import UrlRules
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

recipe = Recipe(
    name="webtext",
    stages=(
        Read(),
        Urls(UrlRules()),
        Prefilter(html.ENGLISH),
        Extract("blocks", markup="markdown"),
        Language(keep=("en",), min_probability=0.65),
        Rules(gopher.repetition.with_dialect("measured")),
        Rules(gopher.quality.with_dialect("measured")),
        Rules(c4.quality.with_dialect("measured")),
        Rules(fineweb.quality.with_dialect("measured")),
        Score("webtext", webtext.score, min_score=webtext.MIN_SCORE),
        Score("quality", quality.score, min_score=quality.MIN_QUALITY, percentile=True),
        Score("toxicity", toxicity.score, max_score=toxicity.MAX_TOXICITY, details=toxicity.details),
        ExactDuplicates(),
        NearDuplicates(threshold=0.8),
        Redact(max_pii_spans=40),
    ),
)
