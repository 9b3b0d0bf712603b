"""The default recipe, and behind it what repeats inside pages: lines of a site, pages within pages, and passages.

- Cut lines that stand on ten or more pages of a site: notices, footers, boxes.
- Cut a page out of a larger one that holds it almost whole, or drop the larger one where little else is left.
- Cut passages of 50 words and more that another page has word for word (Lee et al. 2022).

Only here, behind redaction, so that what is cut and what is kept give the text as it was (docs/duplicates.md, which
also says why the default recipe does without).
"""

from dataclasses import replace

from curate.pipelines import webtext
from curate.stages import Contained, Passages, SiteLines

recipe = replace(
    webtext.recipe,
    name="webtext_cut",
    stages=(*webtext.recipe.stages, SiteLines(), Contained(), Passages()),
)
