"""Every figure of the report page, read from the page and counted again from the files of the run."""

import json
import math
import re
from collections import Counter, defaultdict
from html.parser import HTMLParser
from pathlib import Path
from statistics import pstdev
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tldextract import TLDExtract

from curate.recipe import load_recipe
from curate.report.topics import IDENTITY_TERMS
from curate.stages import Rules
from curate.whatif.answer import whatif
from curate.whatif.finished import open_run
from curate.whatif.settings import parse_setting, with_settings

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "crawl.warc.gz"
SUFFIXES = TLDExtract(suffix_list_urls=(), cache_dir=None)  # the list that comes with tldextract


class Page(HTMLParser):
    """The page's tables by label, rules by stage and name, and the labels of its pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.summaries: list[str] = []
        self.pictures: list[str] = []
        self.cells: list[list[str]] = []
        self.into: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row, a cell or a summary."""
        found = dict(attributes)
        if found.get("role") == "region":
            self.cells = self.tables.setdefault(found["aria-label"] or "", [])
        elif tag == "tr":
            self.cells.append([])
        elif tag in ("td", "th"):
            self.cells[-1].append("")
            self.into = self.cells[-1]
        elif tag == "summary":
            self.summaries.append("")
            self.into = self.summaries
        elif tag == "svg" and found.get("role") == "img":
            self.pictures.append(found["aria-label"] or "")

    def handle_endtag(self, tag: str) -> None:
        """End what takes text."""
        if tag in ("td", "th", "summary"):
            self.into = None

    def handle_data(self, data: str) -> None:
        """Text of a cell or a summary."""
        if self.into is not None:
            self.into[-1] = (self.into[-1] + " " + data.strip()).strip()

    def rows(self, label: str) -> dict[str, list[str]]:
        """The rows of a table without its head, by their first cell."""
        return {row[0]: row[1:] for row in self.tables[label][1:]}


@pytest.fixture(scope="module")
def out(sample_run: Path) -> Path:
    """The default recipe's run over the sample crawl."""
    return sample_run


@pytest.fixture(scope="module")
def page(out: Path) -> Page:
    """The run's page."""
    return Page((out / "report.html").read_text())


def rows_of(out: Path, kind: str, columns: list[str] | None = None) -> list[dict]:
    """All rows of a kind."""
    tables = [pq.read_table(path, columns=columns) for path in sorted((out / kind).glob("*.parquet"))]
    return pa.concat_tables(tables).to_pylist()


@pytest.fixture(scope="module")
def fates(out: Path) -> dict[str, dict]:
    """Each page by id, with the stage and rule it was dropped by, or `kept`."""
    found = {row["id"]: row for row in rows_of(out, "dropped")}
    found |= {row["id"]: {**row, "stage": "kept", "rule": "", "duplicate_of": None} for row in rows_of(out, "data")}
    assert not rows_of(out, "quarantine")
    signals = {row["id"]: row for row in rows_of(out, "signals")}
    return {key: {"signals": signals.get(key, {}), **row} for key, row in found.items()}


def number(text: str) -> int:
    """A count as the page writes it."""
    return int(text.replace(",", ""))


def share(text: str) -> float:
    """A share as the page writes it, to its last digit."""
    return float(text.removesuffix(" %")) / 100


def same_share(text: str, part: float, whole: float) -> bool:
    """Whether a written share is the quotient, as far as it is written."""
    value = part / whole if whole else 0.0
    step = 0.0006 if value >= 0.1 else 0.00006
    return math.isclose(share(text), value, abs_tol=step, rel_tol=0.5 if value < 0.001 else 0)


def test_the_waterfall_is_what_the_files_hold(page: Page, fates: dict[str, dict]) -> None:
    """Pages left, removed and characters after each stage, in the order of the recipe."""
    stages = load_recipe("webtext").stage_names
    gone = Counter(row["stage"] for row in fates.values())
    left = len(fates)
    table = page.rows("Pages and text left after each stage")
    assert tuple(table) == stages
    for stage in stages:
        left -= gone[stage]
        pages, of_all, _, _, _, removed = table[stage]
        assert (number(pages), number(removed)) == (left, gone[stage])
        assert same_share(of_all, left, len(fates))
    chars = sum(len(row["text"]) for row in fates.values() if row["stage"] == "kept")
    extracted = sum(row["signals"].get("extract.text_chars") or 0 for row in fates.values())
    assert share(table["pii"][3]) == pytest.approx(chars / extracted, abs=0.002)  # redaction and line edits move it


def test_the_first_screen(page: Page, out: Path, fates: dict[str, dict]) -> None:
    """Survival by pages and bytes, and the crawl's yield from it with an interval of the right width."""
    kept = [row for row in fates.values() if row["stage"] == "kept"]
    size = sum(len(row["text"].encode()) for row in kept)
    mine = [row[1:] for row in page.tables["Survival beside published rates"][1:3]]
    assert [row[2] for row in mine] == ["pages", "bytes"]
    assert same_share(mine[0][0], len(kept), len(fates))
    assert same_share(mine[1][0], size, SAMPLE.stat().st_size)
    crawl = page.rows("Estimate of a whole crawl's yield")
    value, (low, high) = crawl["documents"][0], crawl["documents"][1].split(" to ")
    assert worded(value) == pytest.approx(2.5e9 * len(kept) / len(fates), rel=0.006)
    by_site: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in fates.values():
        site = by_site[site_of(row["url"])]
        site[0] += row["stage"] == "kept"
        site[1] += 1
    # Standard error of a ratio by linearisation, against which the bootstrap has to come out.
    rate = len(kept) / len(fates)
    error = pstdev([k - rate * n for k, n in by_site.values()]) * math.sqrt(len(by_site)) / len(fates)
    assert worded(high) - worded(low) == pytest.approx(2 * 1.96 * error * 2.5e9, rel=0.25)
    tokens = 2.5e9 * size / 4.4 / len(fates)
    assert worded(crawl["tokens"][0]) == pytest.approx(tokens, rel=0.006)
    assert worded(crawl["parameters*"][0]) == pytest.approx(tokens / 20, rel=0.006)


def worded(text: str) -> float:
    """A large number as the page writes it."""
    figure, _, word = text.partition(" ")
    return float(figure.replace(",", "")) * {"": 1, "million": 1e6, "billion": 1e9, "trillion": 1e12}[word]


def site_of(url: str) -> str:
    """The registered domain of an address, and of an address without one its host."""
    host = urlsplit(url).hostname or ""
    return SUFFIXES(host).top_domain_under_public_suffix or host


def test_rules_are_counted_and_judged_again(page: Page, fates: dict[str, dict]) -> None:
    """What each rule took, what fails it whatever came before, and what fails it alone."""
    recipe = load_recipe("webtext")
    sets = [stage.rules for stage in recipe.stages if isinstance(stage, Rules)]
    before = recipe.stage_names[: recipe.stage_names.index(sets[0].name)]
    reached = [row for row in fates.values() if row["stage"] not in before]
    failed = [
        frozenset(
            (each.name, rule.name)
            for each in sets
            for rule in each.rules
            if not rule.passes(row["signals"][f"{each.name}.{rule.signal}"])
        )
        for row in reached
    ]
    taken = Counter((row["stage"], row["rule"]) for row in fates.values())
    shown = "\n".join(page.summaries)
    for each in sets:
        for rule in each.rules:
            name = each.name, rule.name
            fails = sum(name in one for one in failed)
            alone = sum(one == {name} for one in failed)
            line = rf"^ ?{rule.name} {taken[name]:,} pages, .* here; fails {fails:,}, only it {alone:,}$"
            if taken[name]:
                assert re.search(line, shown, re.MULTILINE), (name, fails, alone)
            label = [p for p in page.pictures if p.startswith(f"Histogram of {rule.signal} over {len(reached):,} ")]
            assert any(f": {fails:,} past the limit" in p for p in label), (name, label)
    for (stage, rule), count in taken.items():
        if stage not in ("kept", "language"):
            assert re.search(rf"^ ?{rule} {count:,} pages", shown, re.MULTILINE), (stage, rule)
    foreign = sum(n for (stage, rule), n in taken.items() if rule.startswith("language_"))
    assert re.search(rf"^ ?another language {foreign:,} pages", shown, re.MULTILINE)
    assert f"{sum(row['stage'] == 'kept' for row in fates.values())} kept in the end" in page.pictures[-1]


def test_groups_are_counted_again(page: Page, fates: dict[str, dict]) -> None:
    """Retention by top-level domain, site, year, language and length."""
    cuts = {
        "top-level domain": lambda row: "." + site_of(row["url"]).rpartition(".")[2],
        "site": lambda row: site_of(row["url"]),
        "year of capture": lambda row: row["date"][:4],
        "language": lambda row: row["signals"].get("language") or "",
    }
    for label, key in cuts.items():
        groups: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row in fates.values():
            groups[key(row)][0] += 1
            groups[key(row)][1] += row["stage"] == "kept"
        groups.pop("", None)
        table = page.rows(label)
        rest = table.pop("all others", None)
        for name, (pages, kept, *_) in table.items():
            assert [number(pages), number(kept)] == groups[name], (label, name)
        others = [sum(n[i] for name, n in groups.items() if name not in table) for i in (0, 1)]
        assert others == ([number(rest[0]), number(rest[1])] if rest else [0, 0])
        by = 1 if label == "site" else 0  # sites of which most was kept, else the largest groups
        largest_other = max((n[by] for name, n in groups.items() if name not in table), default=0)
        assert min(groups[name][by] for name in table) >= largest_other
    for name, (pages, kept, *_) in page.rows("length of text").items():
        low, high = (float(bound.replace(",", "")) for bound in [*re.findall(r"[\d,]+", name), "1e9"][:2])
        here = [row for row in fates.values() if low <= row["signals"].get("extract.text_chars", -1) <= high]
        assert (number(pages), number(kept)) == (len(here), sum(row["stage"] == "kept" for row in here))


def test_sites_that_lost_most_and_why(page: Page, fates: dict[str, dict]) -> None:
    """The sites with most pages lost, and the commonest reason of each."""
    lost = Counter(site_of(row["url"]) for row in fates.values() if row["stage"] != "kept")
    lost.pop("", None)
    table = page.rows("Sites that lost most")
    assert sorted((lost[site] for site in table), reverse=True) == sorted(lost.values(), reverse=True)[: len(table)]
    for site, (pages, kept, reason) in table.items():
        here = [row for row in fates.values() if site_of(row["url"]) == site]
        reasons = Counter(f"{row['stage']} {row['rule']}" for row in here if row["stage"] != "kept")
        assert (number(pages), number(kept)) == (len(here), sum(row["stage"] == "kept" for row in here))
        name, _, count = reason.rpartition(" ")
        assert reasons[name] == number(count.strip("()")) == max(reasons.values())


def test_ratios_are_computed_again(page: Page, fates: dict[str, dict]) -> None:
    """Each shown rule's drop rates in a group and outside it, among the pages it could drop."""
    order = load_recipe("webtext").stage_names
    sets = {stage.rules.name: stage.rules for stage in load_recipe("webtext").stages if isinstance(stage, Rules)}
    first = order.index(next(iter(sets)))
    keys = {
        "top-level domain": lambda row: "." + site_of(row["url"]).rpartition(".")[2],
        "year of capture": lambda row: row["date"][:4],
        "language": lambda row: row["signals"].get("language") or "",
    }
    checked = 0
    for rule, group, pages, inside, outside, ratio, _, _ in page.tables["Rules that treat groups most differently"][1:]:
        dimension, _, name = group.partition(": ")
        stage, _, rule_name = rule.partition(" ")
        if dimension not in keys:
            continue
        start = first if stage in sets else order.index(stage)
        here = [row for row in fates.values() if row["stage"] == "kept" or order.index(row["stage"]) >= start]
        here = [row for row in here if keys[dimension](row)]
        if stage in sets:
            limit = next(each for each in sets[stage].rules if each.name == rule_name)
            drops = {row["id"] for row in here if not limit.passes(row["signals"][f"{stage}.{limit.signal}"])}
        else:
            named = "language_" if rule_name == "language" else rule_name
            drops = {row["id"] for row in here if row["stage"] == stage and row["rule"].startswith(named)}
        mine = [row["id"] in drops for row in here if keys[dimension](row) == name.strip()]
        others = [row["id"] in drops for row in here if keys[dimension](row) != name.strip()]
        assert number(pages) == len(mine), rule
        assert same_share(inside, sum(mine), len(mine)) and same_share(outside, sum(others), len(others)), rule
        if sum(mine) and sum(others):
            assert worded(ratio) == pytest.approx((sum(mine) / len(mine)) / (sum(others) / len(others)), rel=0.01)
        checked += 1
    assert checked >= 3


def test_duplicates_are_counted_again(page: Page, fates: dict[str, dict]) -> None:
    """Clusters by size, and the largest with the page that was kept for each."""
    clusters = Counter(row["duplicate_of"] for row in fates.values() if row["duplicate_of"])
    for name, (count, removed) in page.rows("Clusters by size").items():
        low, *more = [int(bound) for bound in re.findall(r"\d+", name)]
        high = more[0] if more else (1 << 62 if "more" in name else low)
        here = [size for size in clusters.values() if low <= size + 1 <= high]
        assert (number(count), number(removed)) == (len(here), sum(here))
    assert sum(number(row[1]) for row in page.rows("Clusters by size").values()) == sum(clusters.values()) > 0
    shown = [(row[0], number(row[1])) for row in page.tables["The largest clusters"][1:]]
    assert [size for _, size in shown] == sorted(clusters.values(), reverse=True)[: len(shown)]
    assert all(clusters_of(fates, url, size) for url, size in shown)


def clusters_of(fates: dict[str, dict], url: str, size: int) -> bool:
    """Whether a page with that address stands for so many."""
    clusters = Counter(row["duplicate_of"] for row in fates.values())
    return any(fates[key]["url"] == url for key, count in clusters.items() if count == size and key)


def test_personal_data_is_counted_again(page: Page, fates: dict[str, dict]) -> None:
    """Kinds of personal data, as far as the run measured them."""
    kinds = {name for row in fates.values() for name in row["signals"] if re.fullmatch(r"pii\.[A-Z_]+", name)}
    table = page.rows("Personal data found") if kinds else {}
    for kind in kinds:
        found = [row["signals"].get(kind) or 0 for row in fates.values()]
        mine = table[kind.removeprefix("pii.")]
        assert (number(mine[0]), number(mine[1])) == (sum(found), sum(n > 0 for n in found))


def test_identities_and_the_models_words_are_counted_again(page: Page, out: Path, fates: dict[str, dict]) -> None:
    """Texts that name an identity, and the shares of kept and dropped texts that have a word."""
    order = load_recipe("webtext").stage_names
    first, last = order.index("gopher.repetition"), order.index("quality")
    place = {key: len(order) if row["stage"] == "kept" else order.index(row["stage"]) for key, row in fates.items()}
    begin = {key: fates[key]["text"][:800].lower() for key in fates if place[key] >= first}
    table = page.rows("Retention of texts that name an identity")
    for name, words in IDENTITY_TERMS.items():
        named = re.compile(rf"(?<![a-z])(?:{'|'.join(words)})(?![a-z])")
        here = [key for key, text in begin.items() if named.search(text)]
        kept = sum(place[key] == len(order) for key in here)
        assert (name in table) == bool(here)
        if here:
            assert (number(table[name][0]), number(table[name][1])) == (len(here), kept)
    kept_texts = [text for key, text in begin.items() if place[key] > last]
    dropped_texts = [text for key, text in begin.items() if place[key] == last]
    found = re.findall(r"<li>(\w+) <span class=\"soft\">\(([\d.]+ %), ([\d.]+ %)\)", (out / "report.html").read_text())
    assert len(found) > 20
    for word, mine, theirs in found:
        whole = re.compile(rf"(?<![a-z]){word}(?![a-z])")
        assert same_share(mine, sum(bool(whole.search(text)) for text in kept_texts), len(kept_texts))
        assert same_share(theirs, sum(bool(whole.search(text)) for text in dropped_texts), len(dropped_texts))


def test_silent_rules_and_work(page: Page, out: Path, fates: dict[str, dict]) -> None:
    """Rules that never fired are named; CPU time is the report's."""
    text = (out / "report.html").read_text()
    fired = {(row["stage"], row["rule"]) for row in fates.values()}
    for stage in load_recipe("webtext").stages:
        if isinstance(stage, Rules):
            listed = re.search(rf"<li>{re.escape(stage.name)}: (.*?)</li>", text)
            named = set(re.findall(r"(?:min|max)_\w+", listed[1] if listed else ""))
            assert named == {rule.name for rule in stage.rules.rules if (stage.name, rule.name) not in fired}
    report = json.loads((out / "report.json").read_text())
    for stage in report["stages"]:
        assert float(page.rows("CPU time by stage")[stage["name"]][0].replace(",", "")) == round(stage["seconds"], 1)


def test_pages_that_come_back_and_go_are_those_of_whatif(out: Path) -> None:
    """Counted from what the page's script is given, for limits of rules and of models, and for several at once."""
    given = json.loads(re.findall(r'id="whatif-data">(.*?)</script>', (out / "report.html").read_text())[0])
    finished = open_run(out)
    for settings in (
        ["quality.min_score=none"], ["toxicity.max_score=none"], ["gopher.quality.min_words=none"],
        ["quality.min_score=none", "toxicity.max_score=none", "pii.max_pii_spans=none"],
        ["gopher.quality.min_words=none", "gopher.quality.min_stop_words=none", "quality.min_score=none",
         "c4.quality.min_sentences=none", "gopher.repetition.max_duplicate_line_fraction=none"],
        [f"quality.min_score={given['sliders'][-3]['values'][-9]}"],
    ):  # fmt: skip
        wanted = dict(setting.split("=") for setting in settings)
        stops = [
            each["values"].index(wanted.get(each["name"], each["values"][each["now"]])) for each in given["sliders"]
        ]
        passing = {
            name: sum(passes(given, page, stops) for page in kind["codes"]) for name, kind in given["kinds"].items()
        }
        recipe = with_settings(finished.recipe, [parse_setting(text, finished.recipe) for text in settings])
        result = whatif(finished, recipe)
        kept = len(recipe.stages)
        back = sum(flip.docs for flip in result.flips if flip.new.place == kept)
        gone = sum(flip.docs for flip in result.flips if flip.old.place == kept)
        assert (passing["one"] + passing["several"], len(given["kinds"]["kept"]["codes"]) - passing["kept"]) == (
            back,
            gone,
        )
        assert back or gone or settings == ["gopher.quality.min_words=none"]


def passes(given: dict, page: str, stops: list[int]) -> bool:
    """Whether a page passes every limit at these stops: a least one up to its own stop, a greatest one from it on."""
    own = [given["codes"].index(code) for code in page]
    signs = [1 if slider["bound"] == "min" else -1 for slider in given["sliders"]]
    return all(sign * at <= sign * mine for sign, at, mine in zip(signs, stops, own, strict=True))


def test_the_page_is_the_same_whatever_the_hash_seed(out: Path, curate, tmp_path: Path) -> None:
    """Nothing on the page depends on the order of a set: the run's own page was written with a seed by chance."""
    done = curate("report", out, "--html", tmp_path / "page.html", hash_seed=1)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "page.html").read_bytes()
    assert page == (out / "report.html").read_bytes()
    assert len(page) < 3_000_000
