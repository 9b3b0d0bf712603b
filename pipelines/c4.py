"""C4's recipe (Raffel et al. 2020): sentences are kept, pages with too few of them are not.

- Lines that end in an end mark and have five words, pages with three sentences, no placeholder text, no code.
- English at 0.99 as in the paper, which used langdetect; here it is this project's own model.
- C4 keeps each three-sentence span once in the whole set; here whole pages are removed, exactly and by similarity.
- `c4:fast` has our own extractor in place of trafilatura: docs/speed.md says what that changes.
"""

from curate.filters import c4
from curate.filters.url import UrlRules
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Language, NearDuplicates, Prefilter, Read, Rules, Urls

recipe = Recipe(
    name="c4",
    stages=(
        Read(),
        Urls(UrlRules()),
        Prefilter(),
        Extract("trafilatura"),
        Language(keep=("en",), min_probability=0.99),
        Rules(c4.quality.with_dialect("tfds"), edit=c4.clean_lines.with_dialect("tfds")),
        ExactDuplicates(),
        NearDuplicates(threshold=0.8),
    ),
)
fast = recipe.with_extractor("blocks", "c4:fast")
