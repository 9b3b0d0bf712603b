"""Lists what is published about the share of a crawl that survives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """A published survival rate: low and high share, the whole it refers to, and its source."""

    name: str
    low: float
    high: float
    of: str
    source: str


# The rerun is a count by others of what each recipe keeps of the same 3,000 WARC files, 156.4 million pages.
RERUN = "github.com/marin-community/marin/issues/2351"
PUBLISHED = (
    Published("GPT-3", 0.0127, 0.0127, "bytes", "Brown et al. 2020, section 2.2: 45 TB of text in, 570 GB out"),
    Published(
        "DCLM",
        0.013,
        0.016,
        "pages",
        f"1.3 % in a rerun ({RERUN}), 1.5 to 1.6 % in another (github.com/mlfoundations/dclm/issues/120); "
        "the paper has 1.4 % (Li et al. 2024)",
    ),
    Published("Nemotron-CC", 0.032, 0.032, "pages", f"a rerun of the recipe ({RERUN})"),
    Published("FineWeb-Edu", 0.005, 0.005, "pages", f"a rerun of the recipe ({RERUN})"),
)
FINEWEB_TOKENS_PER_CRAWL = 15e12 / 96  # Penedo et al. 2024: 15 trillion tokens of 96 crawls
