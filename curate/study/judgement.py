"""Whose judgement each stage's numbers encode, and what is published about the share that survives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Judgement:
    """Who decided, on what, and whom that may wrong."""

    who: str
    mind: str


# By the beginning of a stage's name; the first that fits.
JUDGEMENTS = {
    "read": Judgement("the crawl and its servers: status, type and size", "what was not fetched is not here at all"),
    "url": Judgement(
        "this project's word lists and the lists you gave, in the order of RefinedWeb's rules",
        "addresses with innocent words that look like others; languages in which a listed word means something else",
    ),
    "prefilter": Judgement(
        "this project, by counting the language's commonest words in the bytes",
        "short pages, and pages whose words are in images or scripts",
    ),
    "extract": Judgement(
        "this project's block model, taught by people's marks of main text on news, blogs and product pages",
        "forums, tables, poems and menus that are the content",
    ),
    "language": Judgement(
        "this project's classifier, taught 75 languages by translated sentences and Wikipedia",
        "dialects, mixed languages, names and lists; close languages are taken for each other",
    ),
    "dedup_exact": Judgement("no one: the same characters", "which copy is kept: the earliest capture, not the source"),
    "dedup_near": Judgement(
        "the threshold of the recipe, on word 5-grams", "templates with a few changing facts go as copies"
    ),
    "gopher": Judgement(
        "DeepMind's authors (Rae et al. 2021) for prose in English, with datatrove's reading by default",
        "poems, code, tables, lists, dialogue and everything short; other languages by their spelling",
    ),
    "c4": Judgement(
        "Google's authors (Raffel et al. 2020) for English sentences",
        "code, recipes and lists; pages about curly brackets",
    ),
    "fineweb": Judgement(
        "Hugging Face's authors (Penedo et al. 2024), limits chosen by training small models on English",
        "forums, lyrics, plays and lists, whose lines are short or end without a mark",
    ),
    "refinedweb": Judgement(
        "TII's authors (Penedo et al. 2023) for lines of English pages", "pages made of short lines and counters"
    ),
    "signals": Judgement("NVIDIA's NeMo Curator team, by hand-set limits", "pages full of digits, links or symbols"),
    "toxicity": Judgement(
        "labellers of tweets, forum lines and comments (Davidson et al., Stormfront, Surge), through a small model",
        "swearing in jest, reclaimed words, and dialects whose words labellers marked too often",
    ),
    "pii": Judgement(
        "this project's patterns and checksums, US and British forms first",
        "lists of contacts; forms of other countries are missed",
    ),
    "quality": Judgement(
        "Wikipedia's authors and people who marked articles, against the rest of a crawl, through a small model",
        "poetry, forums, court records, lists, code, plain personal pages, and everything not in English",
    ),
}
UNKNOWN = Judgement("whoever wrote the recipe", "not known here")


def judgement_of(stage: str) -> Judgement:
    """Whose judgement a stage encodes, by its name."""
    return next((told for start, told in JUDGEMENTS.items() if stage.startswith(start)), UNKNOWN)


@dataclass(frozen=True, slots=True)
class Published:
    """A published survival rate: low and high share, of what, and where it is said."""

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
