"""Ten languages other than English, each by limits of its own; the order of the default recipe.

- Addresses and bytes, main text as Markdown, then the languages that have labelled pages to be measured on.
- Gopher's rules of prose with the stop words and lengths of words of each language (`curate.filters.languages`, which
  names the source of every number), and its rules of repetition, which count words by the Unicode rules.
- What is worth having by the form of the text, which needs no language: limits and model are measured in
  docs/languages.md, which also says where they are weak. Toxicity is not judged: its model knows English only.
- Duplicates, then personal data: e-mail, addresses of machines, numbers with checksums; phone numbers as in the US, GB.
"""

from curate.classifiers import multilingual
from curate.filters import gopher, languages
from curate.filters.url import UrlRules
from curate.recipe import Recipe
from curate.stages import (
    ExactDuplicates,
    Extract,
    Language,
    NearDuplicates,
    PerLanguage,
    Prefilter,
    Read,
    Redact,
    Rules,
    Score,
    Urls,
)

recipe = Recipe(
    name="multilingual",
    stages=(
        Read(),
        Urls(UrlRules()),
        Prefilter(),
        Extract("blocks", markup="markdown"),
        Language(keep=languages.CODES, min_probability=0.65),
        Rules(gopher.repetition.with_dialect("measured")),
        PerLanguage({code: Rules(languages.quality(code)) for code in languages.CODES}),
        Score("quality", multilingual.score, min_score=multilingual.MIN_VALUE, percentile=True),
        ExactDuplicates(),
        NearDuplicates(threshold=0.8),
        Redact(max_pii_spans=40),
    ),
)
