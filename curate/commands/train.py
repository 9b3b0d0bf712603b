"""`curate train`: a quality model from corpora of your own, the pages people recommended, a limit for a share."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from curate.errors import UsageError
from curate.output.published import Use, run_folder

if TYPE_CHECKING:
    from curate.training.webtext import LinkRules

HELP = "Train a quality model on corpora of your own."
FILES = "WARC, WET, Parquet, JSONL, Wikipedia XML (.xml.bz2), WikiExtractor files, .txt with one text a line"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    what = parser.add_subparsers(required=True, metavar="WHAT", dest="what")
    _quality_arguments(what.add_parser("quality", help="Train a model, try it on unseen sites, and write its card."))
    links = what.add_parser("links", help="List the pages that people recommended, from dumps of Reddit submissions.")
    links.add_argument(
        "reddit",
        nargs="+",
        type=Path,
        metavar="DUMP",
        help="A dump is a file such as RS_2012-01.zst, or .xz, .bz2, .gz, or plain.",
    )
    links.add_argument(
        "--out", required=True, type=Path, help="Write the list here: one address a line, without scheme, sorted."
    )
    _link_rules(links)
    limit = what.add_parser("limit", help="Say which limit would have kept a share of an earlier run's texts.")
    limit.add_argument("run", type=run_folder, metavar="OUT", help="This is the output folder of a run.")
    limit.add_argument("--share", required=True, type=float, help="Keep this share, such as 0.2.")
    limit.add_argument("--signal", default="quality.score", help="It is a limit of this score (default quality.score).")


def _quality_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--positives",
        nargs="+",
        default=[],
        metavar="FILE",
        help=f"These are good texts: {FILES}; globs and folders, too.",
    )
    add(
        "--labels",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="Train a value model, from JSON Lines or Parquet with `text`, `value` (0 to 5) and `source` or `url`.",
    )
    add(
        "--negatives",
        nargs="+",
        default=[],
        metavar="FILE",
        help="These are ordinary texts, such as a crawl, in the same kinds of files.",
    )
    add("--out", required=True, type=Path, help="Write the model, its card and its settings into this folder.")
    add(
        "--reddit",
        nargs="+",
        type=Path,
        default=[],
        metavar="DUMP",
        help="Pages of --negatives that are linked there are good.",
    )
    add(
        "--links",
        nargs="+",
        type=Path,
        default=[],
        metavar="LIST",
        help="Pages of --negatives that are in these lists of addresses are good.",
    )
    _link_rules(parser)
    add("--language", default="", metavar="CODE", help="Use only texts in this language, such as en.")
    add("--extractor", default="blocks", help="Extract pages that are HTML with this one (default blocks).")
    add("--max-texts", type=int, default=20_000, help="Use at most so many texts of each side (default 20000).")
    add("--min-chars", type=int, default=200, help="Use texts of at least so many characters (default 200).")
    _targets(parser)


def _targets(parser: argparse.ArgumentParser) -> None:
    target = parser.add_mutually_exclusive_group()
    target.add_argument(
        "--target-keep", type=float, metavar="SHARE", help="Set the limit that keeps this share of the crawl."
    )
    target.add_argument(
        "--min-precision", type=float, metavar="SHARE", help="Set the limit above which this share is good."
    )


def _link_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--min-score", type=int, default=3, help="A post has at least this score (default 3).")
    parser.add_argument(
        "--without-subreddits", nargs="+", default=[], metavar="NAME", help="Posts in these subreddits do not count."
    )
    parser.add_argument(
        "--without-domains", nargs="+", default=[], metavar="DOMAIN", help="Links to these domains do not count."
    )


def use(_: argparse.Namespace) -> Use:
    """Of a run, the stored scores."""
    return Use({"run": ("signals/", "report.json")})


def command(options: argparse.Namespace, console: Console) -> int:
    """Do what was asked."""
    return {"quality": _quality, "links": _links, "limit": _limit}[options.what](options, console)


def _rules(options: argparse.Namespace) -> "LinkRules":
    from curate.training.webtext import LinkRules

    return LinkRules(options.min_score, tuple(options.without_subreddits), tuple(options.without_domains))


def _quality(options: argparse.Namespace, console: Console) -> int:
    from curate.classifiers.training.webtext import Target
    from curate.training.webtext import MODEL_NAME, Request, train_quality

    if options.labels:
        return _values(options, console)
    if not options.negatives:
        raise UsageError("give --labels for a value model, or --positives and --negatives for a WebText-style one")
    request = Request(
        tuple(options.positives), tuple(options.negatives), tuple(options.reddit), tuple(options.links),
        _rules(options), options.language, options.extractor, options.max_texts, options.min_chars,
        Target(options.target_keep, options.min_precision),
    )  # fmt: skip
    study = train_quality(request, options.out, say=lambda line: console.print(line, markup=False, soft_wrap=True))
    crawl = study.scores[~study.good]
    model = options.out / MODEL_NAME
    kept_good, kept = (study.scores[study.good] >= study.threshold).mean(), (crawl >= study.threshold).mean()
    said = [
        f"unseen sites: ROC-AUC {study.auc(lambda _: True):.3f}, {study.good.sum():,} good texts, {len(crawl):,} other",
        f"limit {study.threshold:.4f} keeps {kept:.1%} of the crawl and {kept_good:.1%} of the good texts",
        f"{model}, card {model.with_suffix('.md')}; use it: curate run --quality-model {model} ...",
    ]
    console.print("\n".join(said), markup=False, soft_wrap=True)
    return 0


def _values(options: argparse.Namespace, console: Console) -> int:
    from curate.training.values import train_values

    if options.positives or options.negatives or options.reddit or options.links:
        raise UsageError("--labels make a value model, --positives and --negatives another kind: give one of them")
    model = train_values(
        options.labels, options.out, say=lambda line: console.print(line, markup=False, soft_wrap=True)
    )
    card = Path(model.path).with_suffix(".md")
    console.print(f"{model.path}, card {card}; use it: curate run --quality-model {model.path} ...", markup=False,
                  soft_wrap=True)  # fmt: skip
    return 0


def _links(options: argparse.Namespace, console: Console) -> int:
    from curate.files import whole_file
    from curate.training.webtext import recommended

    urls = recommended(options.reddit, _rules(options))
    with whole_file(options.out) as temporary:
        temporary.write_text("".join(f"{url}\n" for url in urls), encoding="utf-8")
    console.print(f"{len(urls):,} pages in {options.out}", markup=False, soft_wrap=True)
    return 0


def _limit(options: argparse.Namespace, console: Console) -> int:
    from curate.classifiers.quality import limit_for_share
    from curate.training.webtext import scores_of_run

    scores = scores_of_run(options.run, options.signal)
    try:
        limit = limit_for_share(scores, options.share)
    except ValueError as error:
        raise UsageError(f"{options.run}: {error}") from None
    kept = float((scores >= limit).mean())
    console.print(f"{limit:.6f}  keeps {kept:.2%} of {len(scores):,} texts with {options.signal}", markup=False)
    return 0
