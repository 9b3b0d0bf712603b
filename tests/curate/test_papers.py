"""A corpus writes its own papers: every figure recounted from the files, nothing in them does what a page wants."""

import json
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from markdown_it import MarkdownIt

from curate.cluster import Workers
from curate.engine.run import run
from curate.files import sha256_of
from curate.finished.takedown import takedown
from curate.finished.verify import verify
from curate.folder import PAPERS
from curate.output.card import _LOAD, card
from curate.output.cost import cost, kilowatt_hours
from curate.output.croissant import croissant
from curate.output.origins import Domain, Origins, origins
from curate.output.training_content import training_content
from curate.recipe import load_recipe

STEADY = ("README.md", "croissant.json", "training_content.md")
RECIPE = """
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Prefilter, Read
from curate.filters.html import HtmlRules
recipe = Recipe("small", (Read(), Prefilter(HtmlRules(min_html_bytes=10), consent=%r),
                          Extract("resiliparse"), ExactDuplicates()), split_bytes=3000)
"""
NASTY = "https://e.example/|`<img/src=x>[a](http://b.example)**c**\\u2028\\n---"


def page(number: int) -> str:
    head = {
        1: '<meta name="robots" content="noai">',
        2: '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">l</a>',
        3: f'<script type="application/ld+json">{{"license": "{NASTY}"}}</script>',
    }.get(number % 5, "")
    return (
        f"<html><head>{head}</head><body><main><p>Page {number} {'has words ' * (number + 5)}.</p></main></body></html>"
    )


@pytest.fixture(scope="module")
def crawl(tmp_path_factory, record, write_warc) -> Path:
    """Thirty pages of 7 domains, with licences and opt-outs."""
    records = [
        record(f"https://www.site{n % 7}.co.uk/{n}", page(n), date=f"2026-0{1 + n % 9}-01T00:00:00Z") for n in range(30)
    ]
    return write_warc(tmp_path_factory.mktemp("papers") / "crawl.warc.gz", records)


def made(crawl: Path, out: Path, consent: str = "off") -> Path:
    recipe = crawl.with_name(f"small_{consent}.py")
    recipe.write_text(RECIPE % consent)
    run(load_recipe(str(recipe)), [str(crawl)], out, workers=Workers(1))
    return out


@pytest.fixture(scope="module")
def finished(crawl, tmp_path_factory) -> Path:
    return made(crawl, tmp_path_factory.mktemp("finished") / "out")


def rows(out: Path) -> list[dict]:
    return [row for path in sorted((out / "data").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def split_card(text: str) -> tuple[dict, str]:
    _, head, body = re.split(r"^---\n", text, maxsplit=2, flags=re.MULTILINE)
    return yaml.safe_load(head), body


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a Markdown text as an independent parser sees them: rows of cells of text."""
    found: list[list[list[str]]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and found and token.level > 2:
            found[-1][-1].append("".join(child.content for child in token.children))
    return found


def table_under(text: str, first: str) -> dict[str, list[str]]:
    (found,) = (each for each in tables(text) if each[0][0] == first)
    return {row[0]: row[1:] for row in found[1:]}


def test_every_figure_is_that_of_the_files(finished: Path):
    kept, report = rows(finished), json.loads((finished / "report.json").read_text())
    head, body = split_card((finished / "README.md").read_text())
    assert head["configs"] == [{"config_name": "default", "data_files": [{"split": "train", "path": "data/*.parquet"}]}]
    assert head["size_categories"] == ["n<1K"] and len(kept) == 30
    chars = sum(len(row["text"]) for row in kept)
    assert f"{len(kept)} documents, {chars:,} characters" in body
    sizes = Counter()
    for row in kept:
        sizes[re.search(r"site\d\.co\.uk", row["url"])[0]] += len(row["text"])
    by_size = {name: f"{size:,}" for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))}
    found = table_under(body, "domain")
    assert {name: row[1] for name, row in found.items()} == by_size and list(found) == list(by_size)
    licences = Counter(row["licence"] for row in kept)
    assert [int(row[0]) for row in table_under(body, "licence that a page shows").values()] == [
        count for _, count in sorted(licences.items(), key=lambda item: (-item[1], item[0]))
    ]
    assert table_under(body, "opt-out") == {"noai": ["6"]} and "drops no page for what its publisher asked" in body
    stages = table_under(body, "stage")
    assert {name: row[0] for name, row in stages.items()} == {s["name"]: str(s["docs_in"]) for s in report["stages"]}
    assert f"from `{min(r['date'] for r in kept)}` to `{max(r['date'] for r in kept)}`" in body


def test_training_content(crawl: Path, finished: Path):
    text = (finished / "training_content.md").read_text()
    largest = table_under(text, "domain")
    assert len(largest) == 1 and "come from 7 domains. The 1 largest" in text  # a tenth, rounded up
    assert table_under(text, "asked")["size"][0].startswith("less than 1 billion tokens")
    assert table_under(text, "archive") == {"crawl.warc.gz": ["warc.gz", f"{crawl.stat().st_size:,}"]}
    assert [line for line in text.splitlines() if line.startswith("### ")][:4] == [
        "### 1.1 Provider", "### 1.2 Model", "### 1.3 Modality and size", "### 2.1 Publicly available datasets",
    ]  # fmt: skip


def test_opt_outs_that_were_honoured_are_counted(crawl: Path, tmp_path: Path):
    out = made(crawl, tmp_path / "out", "opt_out")
    for name in ("README.md", "training_content.md"):
        text = (out / name).read_text()
        assert "drops pages for `noai`, `noindex`, `tdm_reserved`: 6 pages (`noai` 6)" in text
        assert "0 documents here carry an opt-out" in text


def test_croissant_names_every_part_with_its_digest(finished: Path):
    about = json.loads((finished / "croissant.json").read_text())
    files = {each["@id"]: each for each in about["distribution"] if each["@type"] == "cr:FileObject"}
    assert {name: each["sha256"] for name, each in files.items()} == {
        f"data/{path.name}": sha256_of(path) for path in (finished / "data").iterdir()
    }
    (records,) = about["recordSet"]
    schema = pq.read_schema(next((finished / "data").iterdir()))
    assert [each["source"]["extract"]["column"] for each in records["field"]] == schema.names
    types = {each["name"]: each["dataType"] for each in records["field"]}
    assert (types["text"], types["warc_offset"], types["id"]) == ("sc:Text", "sc:Integer", "sc:Text")


def test_the_same_papers_from_any_workers_and_after_a_restart(crawl: Path, finished: Path, tmp_path: Path):
    again = made(crawl, tmp_path / "out")
    for name in STEADY:
        assert (again / name).read_bytes() == (finished / name).read_bytes()
    made(crawl, again)  # from the work of the run before
    for name in STEADY:
        assert (again / name).read_bytes() == (finished / name).read_bytes()
    manifests = [json.loads((out / "manifest.json").read_text()) for out in (again, finished)]
    assert manifests[0] == manifests[1] and not any(name in json.dumps(manifests[0]) for name in PAPERS)


def test_papers_are_covered_by_checksums(finished: Path):
    assert set(PAPERS) <= set(json.loads((finished / "checksums.json").read_text())["files"])
    assert verify(finished) == []
    for name in PAPERS:
        whole = (finished / name).read_bytes()
        (finished / name).write_bytes(whole + b" ")
        assert any(line.startswith(name) for line in verify(finished))
        (finished / name).unlink()
        assert f"{name} is missing" in verify(finished)
        (finished / name).write_bytes(whole)


def test_a_domain_taken_down_vanishes_from_the_papers(crawl: Path, tmp_path: Path):
    out = made(crawl, tmp_path / "out")
    assert "site6.co.uk" in (out / "README.md").read_text()
    takedown(out, "domains", ["site6.co.uk"])
    assert verify(out) == []
    for name in PAPERS:
        assert "site6" not in (out / name).read_text()
    assert "26 documents" in (out / "README.md").read_text()
    assert "4 documents were taken down on request" in (out / "training_content.md").read_text()
    files = json.loads((out / "croissant.json").read_text())["distribution"]
    assert {each["sha256"] for each in files if "sha256" in each} == {
        sha256_of(path) for path in (out / "data").iterdir()
    }
    made(crawl, out)  # a later run in the folder honours it
    assert not any("site6" in (out / name).read_text() for name in PAPERS) and verify(out) == []


HOSTILE = [
    NASTY, "a|b", "`", "``` \n# title", "<script>alert(1)</script>", "[x](javascript:alert(1))", "\\", "\\|",
    "| a | b |\n| - | - |",
    "![i](http://t.example/p.png)", "http://auto.example", "www.auto.example", "\u202ereversed", "---\nconfigs: []\n",
    "a\u2028b\x85c", "&lt;b&gt;", "*b* _i_ ~~s~~", "\x1b[31m", "x" * 5000, "{{ jinja }}", "<!-- c", "]]>", "$x$",
]  # fmt: skip


def report_of(hostile: str) -> dict:
    rule = {"rule": hostile, "because": hostile}
    stage = {"name": hostile, "docs_in": 3, "docs_out": 2, "seconds": 1.0, "dropped": {hostile: 1}, "errors": {}}
    return {
        "recipe": hostile,
        "inputs": [{"name": hostile, "format": hostile, "bytes": 5, "pages": 3}],
        "stages": [stage],
        "totals": {"records_in": 3, "tokens_out": 4, "survival_docs": 0.5, "seconds": 1.0},
        "about": [{"name": hostile, "judgement": {"who": hostile, "mind": hostile}, "limits": [rule]}],
    }


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_value_is_markup(tmp_path: Path, hostile: str):
    """No link, picture, HTML, heading, or cell comes from a value, wherever it stands; the YAML is what was meant."""
    (tmp_path / "data").mkdir()
    pq.write_table(pa.table({"id": ["1"], hostile: ["x"]}), tmp_path / "data" / "part-00000.parquet")
    counted = {name: Counter({hostile: 2, "en": 1}) for name in ("language", "licence", "opt_outs")}
    found = Origins(3, 9, hostile, hostile, counted, (Domain(hostile, 3, 9),))
    output = {"file": "data/part-00000.parquet", "bytes": 1, "sha256": "0"}
    recipe = {"name": hostile, "fingerprint": hostile}
    manifest = {"recipe": recipe, "versions": {hostile: hostile, "curate": "1"}, "outputs": [output], "digest": hostile}
    report = report_of(hostile)
    head, body = split_card(card(tmp_path, manifest, report, found))
    assert head["pretty_name"] == hostile.replace("\ud800", "\ufffd") and head["configs"][0]["config_name"] == "default"
    for text in (body, training_content(report, found), cost(report)):
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
        inline = [child for token in tokens for child in token.children or []]
        assert not [
            t for t in (*tokens, *inline) if t.type in {"html_block", "html_inline", "link_open", "image", "s_open"}
        ]
        prose = re.sub(r"(?<!\\)`[^`]*`", "", text.replace(_LOAD, ""))
        assert not re.search(r"(?<!\\):(?=//)|\bwww\.", prose)  # GitHub makes links of bare addresses
        assert not re.search("[\x00-\x09\x0b-\x1f\u0085\u2028\u2029\u202e]", text)
    plain = [[len(row) for row in each] for each in tables(training_content(report, found))]
    assert plain == [[len(row) for row in each] for each in tables(training_content(report_of("x"), tame(found)))]
    headings = [t for t in MarkdownIt("commonmark").enable("table").parse(body) if t.type == "heading_open"]
    assert len(headings) == 8
    parsed = json.loads(croissant(tmp_path, manifest, report, found))
    assert parsed["recordSet"][0]["field"][1]["name"] == hostile


def tame(found: Origins) -> Origins:
    counted = {name: Counter({"x": 2, "en": 1}) for name in found.counted}
    return Origins(3, 9, "x", "x", counted, (Domain("x", 3, 9),))


def test_energy_by_hand():
    """Ten hours at 12 W and one GB, 1.67 for the building: 10 x 12.3725 x 1.67 = 206.62 Wh."""
    assert kilowatt_hours(10, 1) == pytest.approx(0.20662, abs=1e-5)
    said = cost({**report_of("x"), "totals": {"records_in": 1000, "seconds": 36000.0, "peak_worker_bytes": 10**9}})
    assert "About 10 CPU hours and 0.207 kWh, 207 kWh a million pages." in said


def test_a_run_that_keeps_nothing_or_knows_no_origins(tmp_path: Path):
    (tmp_path / "data").mkdir()
    schema = pa.schema([("url", pa.string()), ("date", pa.string()), ("text", pa.large_string())])
    pq.write_table(schema.empty_table(), tmp_path / "data" / "part-00000.parquet")
    found = origins(tmp_path)
    assert (found.documents, found.domains, found.first_date, found.counted) == (0, (), "", {})
    assert "Nothing looked for licences" in training_content(report_of("x"), found)
    odd = {"url": [None, "", "no address"], "date": [None, "", "2026-01-01"], "text": [None, "a", "bc"]}
    pq.write_table(pa.table(odd, schema), tmp_path / "data" / "part-00000.parquet")
    found = origins(tmp_path)
    assert (found.documents, found.chars, found.first_date, found.domains) == (3, 3, "2026-01-01", ())
    assert sha256(training_content(report_of("x"), found).encode()).digest()


def test_pages_that_each_name_a_licence_of_their_own_are_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("curate.output.origins.MAX_VALUES", 3)
    (tmp_path / "data").mkdir()
    columns = {"url": ["http://a.example/"] * 9, "date": [""] * 9, "text": ["x"] * 9, "licence": list("abcabcdef")}
    pq.write_table(pa.table(columns), tmp_path / "data" / "part-00000.parquet")
    assert origins(tmp_path).counted["licence"] == {"a": 2, "b": 2, "c": 2, "others": 3}
