"""Ten languages other than English, each by limits of its own; the order of the default recipe.

- Addresses and bytes, main text as Markdown, then the languages that have labelled pages to be measured on.
- Gopher's rules of prose with the stop words and lengths of words of each language (`curate.filters.languages`, which
  names the source of every number). Its rules of repetition are left out: their limits are for English, and behind the
  score they only lost pages worth having.
- What is worth having by the form of the text, what it speaks of, and its words: limits and model are measured in
  docs/languages.md, which also says where they are weak. Toxicity is not judged: its model knows English only.
- Duplicates, then personal data: e-mail, addresses of machines, numbers with checksums; phone numbers as in the US, GB.
"""

from curate.classifiers import multilingual
from curate.filters import languages
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
        PerLanguage({code: Rules(languages.quality(code)) for code in languages.CODES}),
        Score("quality", multilingual.score, min_score=multilingual.MIN_VALUE, percentile=True),
        ExactDuplicates(),
        NearDuplicates(threshold=0.8),
        Redact(max_pii_spans=40),
    ),
)
