"""A run measured by labels: what is drawn, what the labels say of the whole, and what the commands leave and refuse."""

import json
import random
import shutil
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.audit import sheet
from curate.audit.agreement import agreement
from curate.audit.estimate import CLASSES, GOOD, JUNK, WORTHY_CLASSES, Part, estimate
from curate.audit.labels import read_labels
from curate.audit.score import score
from curate.audit.show import load_audit
from curate.audit.strata import KEPT, OTHERS, End, allocate, draw, ends_of
from curate.cluster import Workers
from curate.engine.run import run
from curate.errors import UsageError
from curate.finished.takedown import takedown
from curate.recipe import load_recipe

SAMPLE = Path(__file__).parents[2] / "sample_data" / "crawl.warc.gz"
HERE = Workers(1)
WEBTEXT = load_recipe("webtext")


@pytest.fixture
def out(sample_run, tmp_path) -> Path:
    """A copy of the default recipe's run over the sample crawl, to write into."""
    return Path(shutil.copytree(sample_run, tmp_path / "out"))


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def value_of(id_: str) -> int:
    """A value from 0 to 5 that only a page's id decides."""
    return int(id_[:8], 16) % 6


def label(rows, path: Path, **more) -> Path:
    path.write_text("".join(json.dumps({"id": row["id"], "value": value_of(row["id"]), **more}) + "\n" for row in rows))
    return path


def pages(out: Path) -> list[dict]:
    """All pages of a run with where they ended."""
    kept = [
        {**row, "stage": KEPT, "rule": ""}
        for row in pq.read_table(out / "data", columns=["id", "url", "text"]).to_pylist()
    ]
    columns = ["id", "url", "text", "stage", "rule", "duplicate_of"]
    return kept + pq.read_table(out / "dropped", columns=columns).to_pylist()


# What is drawn


def population(sizes: dict[tuple[str, str], int]) -> list[End]:
    return [End(f"{stage}/{rule}/{i}", stage, rule) for (stage, rule), size in sizes.items() for i in range(size)]


def test_the_draw_does_not_depend_on_order():
    """Pages in any order give the same draw; another seed gives another one."""
    ends = population({(KEPT, ""): 80, ("a", "x"): 300, ("a", "y"): 40, ("b", "z"): 7})
    drawn = draw(iter(ends), ["a", "b"], 60, 0)
    shuffled = random.Random(1).sample(ends, len(ends))
    assert draw(iter(shuffled), ["a", "b"], 60, 0) == drawn
    assert draw(iter(ends), ["a", "b"], 60, 1) != drawn
    assert sum(len(each.ids) for each in drawn) == 60
    assert [(each.stage, each.rule, each.pages) for each in drawn] == [
        ("a", "x", 300),
        ("a", "y", 40),
        ("b", OTHERS, 7),
        (KEPT, "", 80),
    ]


def test_each_page_of_a_stratum_is_as_likely():
    """Over many seeds each page is drawn as often as its stratum's share says, within five standard errors."""
    ends = population({(KEPT, ""): 50, ("a", "x"): 100})
    seeds = 400
    drawn: Counter[str] = Counter()
    for seed in range(seeds):
        strata = draw(iter(ends), ["a"], 40, seed)
        for each in strata:
            drawn.update(each.ids)
    for each in strata:
        share = len(each.ids) / each.pages
        counts = np.array([drawn[end.id] for end in ends if end.stage == each.stage])
        assert counts.sum() == seeds * len(each.ids)
        assert np.abs(counts / seeds - share).max() < 5 * (share * (1 - share) / seeds) ** 0.5


def test_rare_rules_are_pooled_and_counted():
    """Rules too rare for labels of their own share a stratum with the pages of all of them, drawn alike."""
    ends = population({(KEPT, ""): 50, ("a", "x"): 400, **{("a", f"rare_{i}"): 3 for i in range(9)}})
    strata = {(each.stage, each.rule): each for each in draw(iter(ends), ["a"], 100, 0)}
    assert set(strata) == {(KEPT, ""), ("a", "x"), ("a", OTHERS)}
    assert strata["a", OTHERS].pages == 27
    assert all(id_.startswith("a/rare_") for id_ in strata["a", OTHERS].ids)


@pytest.mark.parametrize("n", [10, 40, 100, 1000, 100_000])
def test_labels_are_given_out_whole(n):
    """All labels are given, no stratum gets more than it has pages or less than the least number."""
    sizes = [500, 3, 5000, 40, 12]
    if n < 23:
        with pytest.raises(UsageError, match="take 23 or more"):
            allocate(sizes, [True, *[False] * 4], n)
        return
    given = allocate(sizes, [True, *[False] * 4], n)
    assert sum(given) == min(n, sum(sizes))
    assert all(min(5, size) <= got <= size for got, size in zip(given, sizes, strict=True))


# What labels say of the whole


def test_estimates_worked_by_hand():
    """100 kept, of 10 labels 7 worthy and 1 junk; 300 dropped, of 20 labels 5 worthy and 10 junk.

    Kept hold 70 worthy pages, dropped 300 * 5 / 20 = 75; so 70 of 145 are kept, and 75 / 150 is lost per junk page.
    """
    found = estimate([100, 300], np.array([[1, 2, 4, 3], [10, 5, 5, 0]]), [True, False])
    kept, dropped, every = np.array([True, False]), np.array([False, True]), np.array([True, True])
    assert found.ratio(Part(kept, WORTHY_CLASSES), Part(kept, CLASSES)).value == pytest.approx(0.7)
    recall = found.ratio(Part(kept, WORTHY_CLASSES), Part(every, WORTHY_CLASSES))
    assert recall.value == pytest.approx(70 / 145)
    assert recall.low < recall.value < recall.high
    assert recall.labels == 30
    assert found.total(Part(dropped, WORTHY_CLASSES)).value == pytest.approx(75)
    assert found.ratio(Part(dropped, WORTHY_CLASSES), Part(dropped, [JUNK])).value == pytest.approx(0.5)
    assert found.ratio(Part(kept, [GOOD]), Part(every, [GOOD])).value == 1
    nothing = estimate([5], np.array([[0, 5, 0, 0]]), [False])
    assert nothing.ratio(Part(np.array([True]), WORTHY_CLASSES), Part(np.array([True]), [JUNK])).value is None


def test_the_interval_is_that_of_a_beta_distribution():
    """In a stratum without end the share of worthy pages after 7 of 10 has the quantiles of Beta(7 + 1, 3 + 1)."""
    found = estimate([10**9], np.array([[1, 2, 4, 3]]), [True], draws=40_000)
    figure = found.ratio(Part(np.array([True]), WORTHY_CLASSES), Part(np.array([True]), CLASSES))
    grid = np.linspace(0, 1, 200_001)
    density = grid**7 * (1 - grid) ** 3
    below = np.cumsum(density) / density.sum()
    low, high = np.interp([0.025, 0.975], below, grid)
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=0.005)


def test_nothing_is_in_doubt_where_all_is_labelled():
    """The bounds of a whole count meet, and they narrow as the labelled part of a stratum grows."""
    counts = np.array([[2, 4, 8, 6]])
    part, whole = Part(np.array([True]), WORTHY_CLASSES), Part(np.array([True]), CLASSES)
    figures = [estimate([size], counts, [True]).ratio(part, whole) for size in (20, 25, 40, 10_000)]
    assert (figures[0].low, figures[0].value, figures[0].high) == (0.7, 0.7, 0.7)
    widths = [figure.high - figure.low for figure in figures]
    assert widths == sorted(widths)
    assert widths[1] > 0


def test_labels_that_are_all_alike_leave_doubt():
    """Five labels without a worthy page do not say that there is none among 500."""
    found = estimate([100, 500], np.array([[0, 0, 5, 5], [5, 0, 0, 0]]), [True, False])
    worthy = found.total(Part(np.array([False, True]), WORTHY_CLASSES))
    assert worthy.value == worthy.low == 0
    assert worthy.high > 20


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Of 300 draws from a made-up run 92 to 99 in a hundred intervals hold the exact shares."""
    sizes = {(KEPT, ""): 250, ("a", "x"): 400, ("a", "y"): 150, ("a", "z"): 60, ("b", "q"): 600}
    shares = {
        "": (0.02, 0.2, 0.5, 0.28),
        "x": (0.5, 0.2, 0.25, 0.05),
        "y": (0.7, 0.2, 0.1, 0),
        "z": (0.1, 0.1, 0.5, 0.3),
        "q": (0.3, 0.27, 0.3, 0.13),
    }
    ends = population(sizes)
    chance = np.random.default_rng(0)
    classes = {end.id: int(chance.choice(4, p=shares[end.rule])) for end in ends}
    worthy = Counter(end.stage for end in ends if classes[end.id] in WORTHY_CLASSES)
    truth = {"precision": worthy[KEPT] / 250, "recall": worthy[KEPT] / worthy.total()}
    held = Counter()
    for seed in range(300):
        strata = draw(iter(ends), ["a", "b"], 200, seed)
        counts = np.array([np.bincount([classes[id_] for id_ in each.ids], minlength=4) for each in strata])
        kept = np.array([each.stage == KEPT for each in strata])
        found = estimate([each.pages for each in strata], counts, kept.tolist(), draws=1000)
        every = np.ones(len(strata), bool)
        for name, under in (("precision", Part(kept, CLASSES)), ("recall", Part(every, WORTHY_CLASSES))):
            figure = found.ratio(Part(kept, WORTHY_CLASSES), under)
            held[name] += figure.low <= truth[name] <= figure.high
    assert all(0.92 <= held[name] / 300 <= 0.99 for name in truth), held


def test_agreement_is_that_of_the_table():
    """Kappa with quadratic weights from the table of both readings, as Cohen (1968) has it."""
    chance = random.Random(3)
    a = {str(i): chance.randrange(6) for i in range(80)}
    b = {key: min(5, max(0, value + chance.choice((-1, 0, 0, 0, 2)))) for key, value in a.items()}
    table = np.zeros((6, 6))
    for key in a:
        table[a[key], b[key]] += 1
    weights = (np.arange(6)[:, None] - np.arange(6)[None]) ** 2
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    found = agreement(("a", a), ("b", {**b, "alone": 3}))
    assert found["pages"] == 80
    assert found["kappa"] == pytest.approx(1 - (weights * table).sum() / (weights * expected).sum())
    assert found["exact"] == np.trace(table) / 80
    assert found["worthy"] == (table[:3, :3].sum() + table[3:, 3:].sum()) / 80
    assert agreement(("a", {"x": 3}), ("b", {"y": 3}))["kappa"] is None


# Labels


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "x", "value": 3}\n{"id": "y", "value": 5.0, "text": "left alone"}\n\n{"id": "z", "value": null}\n',
        "x\t3\ny\t5\n",
        "id\tvalue\tlabeller\nx\t3\t\r\ny\t5\t\r\n",
        "\ufeffvalue\tid\n3\tx\n5\ty\n",
        "x\t3\tnews\tsports\t0\t0\t0\ny\t5\tblog\tbooks\t1\t0\t0\n",
    ],
)
def test_labels_are_read_as_people_write_them(tmp_path, text):
    """Lines of JSON, tabs with and without a head, a byte order mark, rows without a value."""
    path = tmp_path / "labels"
    path.write_text(text, newline="")
    (reading,) = read_labels([path])
    assert (reading.key, reading.values) == ("id", {"x": 3, "y": 5})


def test_labellers_of_one_file_are_readings_of_their_own(tmp_path):
    """A file with two names in it is two readings."""
    path = tmp_path / "both.tsv"
    path.write_text("x\t3\tann\nx\t2\tbob\ny\t1\tann\n")
    assert [(r.name, r.values) for r in read_labels([path])] == [("ann", {"x": 3, "y": 1}), ("bob", {"x": 2})]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x\t6\n", "line 1: the value '6' is none of 0 to 5"),
        ("x\t2.5\n", "the value '2.5' is none of 0 to 5"),
        ("x\tgood\n", "the value 'good' is none of 0 to 5"),
        ("x\t1\nx\t2\n", "line 2: x has another value before"),
        ('{"value": 3}\n', "line 1: a label needs an id or a url"),
        ('{"id": "x", "value"\n', "line 1 is no JSON"),
        ("only text\n", "line 1 is neither JSON nor fields between tabs"),
        ("\n", "holds no labels"),
        (b"\xff\xfe\x00", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_label_is_named(tmp_path, text, said):
    """A wrong row is one line that says where it stands."""
    path = tmp_path / "labels.tsv"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError, match=said):
        read_labels([path])


# The commands


def test_from_sheet_to_score(out, tmp_path, curate):
    """Sample, label, score: figures worked again from key and labels, and shown by the report of both kinds."""
    done = curate("audit", "sample", out, "--n", 120)
    assert (done.returncode, done.stderr) == (0, "")
    rows, keys = lines(out / "audit" / sheet.SHEET), lines(out / "audit" / sheet.KEY)
    assert [row["item"] for row in rows] == list(range(1, 121)) == [key["item"] for key in keys]
    assert [row["id"] for row in rows] == [key["id"] for key in keys]
    by_id = {page["id"]: page for page in pages(out)}
    assert all(by_id[key["id"]]["stage"] == key["stage"] for key in keys)
    assert all(row["text"] == by_id[row["id"]]["text"] for row in rows if row["chars"] < 12_000)
    frame = [page for page in by_id.values() if page["text"]]
    assert sum(key["weight"] for key in keys) == pytest.approx(len(frame))
    labels = label(rows, tmp_path / "labels.jsonl")
    done = curate("audit", "score", out, labels, "--json", "--texts", tmp_path / "train.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found == load_audit(out)
    worthy = {place: sum(key["weight"] for key in keys if value_of(key["id"]) >= 3 and (key["stage"] == KEPT) in place)
              for place in ((True,), (True, False))}  # fmt: skip
    kept = sum(page["stage"] == KEPT for page in frame)
    assert found["figures"]["precision"]["value"] == pytest.approx(worthy[True,] / kept, abs=1e-6)
    assert found["figures"]["recall"]["value"] == pytest.approx(worthy[True,] / worthy[True, False], abs=1e-6)
    dropped = Counter(page["stage"] for page in frame)
    assert {row["stage"]: row["pages"] for row in found["stages"] if not row["rule"]} == {
        s: n for s, n in dropped.items() if s != KEPT
    }
    trained = {row["id"]: row for row in lines(tmp_path / "train.jsonl")}
    assert trained == {
        row["id"]: {"id": row["id"], "text": by_id[row["id"]]["text"], "value": value_of(row["id"])} for row in rows
    }
    share = f"{100 * found['figures']['precision']['value']:.1f} %"
    shown = curate("report", out).stdout
    assert "What labels say" in shown and share in shown
    html = (out / "report.html").read_text()
    assert html.count('id="labels"') == 1 and share in html


def test_the_sheet_is_blind(out):
    """Neither the sheet nor the page says where a page ended or what it weighs; only the page's own script can run."""
    sheet.sample(out, 100)
    rows = lines(out / "audit" / sheet.SHEET)
    assert all(set(row) == {"item", "id", "chars", "text"} for row in rows)
    page = (out / "audit" / sheet.PAGE).read_text()
    before, _, rest = page.partition('<script type="application/json" id="sheet">')
    data, _, after = rest.partition("</script>")
    assert json.loads(data)["rows"] == rows
    assert "<" not in data
    assert not any(stage in before + after for stage in ("gopher", "dedup", "kept of", "weight"))
    order = [key["stage"] == KEPT for key in lines(out / "audit" / sheet.KEY)]
    # Kept pages stand no closer together than by chance: about as many changes as a shuffle would give.
    changes = sum(a != b for a, b in pairwise(order))
    share = sum(order) / len(order)
    assert changes == pytest.approx(2 * share * (1 - share) * len(order), rel=0.4)


def test_the_sheet_does_not_depend_on_how_the_run_was_made(out, tmp_path):
    """Other splits and parts and a second draw leave the same bytes."""
    other = tmp_path / "other"
    run(replace(WEBTEXT, split_bytes=250_000, part_bytes=50_000), [str(SAMPLE)], other, workers=HERE)
    assert len(list((other / "dropped").iterdir())) > 1
    for folder in (out, other, out):
        sheet.sample(folder, 90, seed=4)
    for name in (sheet.SHEET, sheet.KEY):
        assert (out / "audit" / name).read_bytes() == (other / "audit" / name).read_bytes()


def test_labels_of_all_pages_are_plain_counts(out, tmp_path):
    """Labels by address, or by id with `whole`: weights are 1, bounds meet, every figure is a count."""
    labelled = [page for page in pages(out) if page["text"]]
    by_url = tmp_path / "urls.tsv"
    urls = {page["url"]: len(page["url"]) % 6 for page in labelled}
    by_url.write_text(
        "url\tvalue\n" + "".join(f"{u}\t{v}\n" for u, v in urls.items()) + "https://nowhere.example/\t3\n"
    )
    found = score(out, [by_url])
    every = [page for page in pages(out) if page["url"] in urls]
    assert (found["sampled"], found["labels"], found["unmatched"]) == (False, len(every), 1)
    for row in found["stages"]:
        mine = [urls[p["url"]] for p in every if p["stage"] == row["stage"] and row["rule"] in ("", p["rule"])]
        worthy, junk = sum(value >= 3 for value in mine), sum(value <= 1 for value in mine)
        assert (row["pages"], row["labels"]) == (len(mine), len(mine))
        for name, count in (("worthy", worthy), ("junk", junk)):
            assert (row[name]["low"], row[name]["value"], row[name]["high"]) == (count, count, count)
        assert row["worthy_per_junk"]["value"] == (pytest.approx(worthy / junk, abs=1e-6) if junk else None)
    kept = [urls[page["url"]] for page in every if page["stage"] == KEPT]
    assert found["figures"]["precision"]["value"] == pytest.approx(sum(v >= 3 for v in kept) / len(kept), abs=1e-6)
    copies = [p for p in every if p.get("duplicate_of") and urls[p["url"]] >= 3]
    worthy = sum(urls[page["url"]] >= 3 for page in every)
    expected = sum(v >= 3 for v in kept) / (worthy - len(copies))
    assert copies and found["figures"]["recall_without_copies"]["value"] == pytest.approx(expected, abs=1e-6)
    sheet.sample(out, 100)
    by_id = label(pages(out), tmp_path / "ids.jsonl")
    with pytest.raises(UsageError, match="not in the sheet"):
        score(out, [by_id])
    assert score(out, [by_id], whole=True)["labels"] == len(pages(out))


def test_two_files_agree_and_complete_each_other(out, tmp_path, curate):
    """Where two files overlap they are compared and the first decides; what one lacks the other gives."""
    sheet.sample(out, 100)
    rows = lines(out / "audit" / sheet.SHEET)
    first = label(rows[:70], tmp_path / "ann.jsonl", labeller="ann")
    second = tmp_path / "bob.tsv"
    second.write_text("".join(f"{row['id']}\t{max(0, value_of(row['id']) - 1)}\n" for row in rows[50:]))
    done = curate("audit", "score", out, first, second)
    assert done.returncode == 0, done.stderr
    assert "ann and bob.tsv on 20 pages" in done.stdout
    found = load_audit(out)
    (pair,) = found["agreement"]
    mine = [value_of(row["id"]) for row in rows[50:70]]
    assert (pair["within_one"], pair["exact"]) == (1, mine.count(0) / 20)
    assert found["labels"] == 100
    alone = score(out, [first])
    assert alone["labels"] == 70
    assert not alone["agreement"]


def test_mistakes_are_one_line_and_exit_2(out, tmp_path, curate):
    """A label not of the sheet, a sheet of another run, a stage that is not there, too few pages, no run at all."""
    stray = tmp_path / "stray.tsv"
    stray.write_text(f"{'0' * 32}\t3\n")

    def refused(*arguments) -> str:
        done = curate("audit", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("curate: ") and done.stderr.count("\n") == 1
        return done.stderr

    assert "no label names a page" in refused("score", out, stray)
    sheet.sample(out, 100)
    assert "is not in the sheet" in refused("score", out, stray)
    assert not (out / "audit.json").exists()
    assert "no stage 'gopher'" in refused("sample", out, "--skip", "gopher")
    assert "too few" in refused("sample", out, "--n", 3)
    assert "at least one page" in refused("sample", out, "--n", 0)
    assert "no run has finished" in refused("sample", tmp_path)
    labels = label(lines(out / "audit" / sheet.SHEET), tmp_path / "labels.jsonl")
    score(out, [labels])
    manifest = json.loads((out / "manifest.json").read_text())
    (out / "manifest.json").write_text(json.dumps({**manifest, "digest": "other"}))
    assert "is of another run than stands in" in refused("score", out, labels)
    assert load_audit(out) is None
    assert "What labels say" not in curate("report", out).stdout


def test_what_has_no_label_yet_is_said_and_left_out(out, tmp_path):
    """Without a label of a kept page nothing is said of what was kept, and strata without one are named."""
    sheet.sample(out, 100)
    keys = lines(out / "audit" / sheet.KEY)
    found = score(out, [label([key for key in keys if key["stage"] == "c4.quality"], tmp_path / "some.jsonl")])
    assert {row["stage"] for row in found["stages"]} == {"c4.quality"}
    assert all(figure["value"] is None for name, figure in found["figures"].items() if name != "worthy_share")
    left_out = {(stage, rule): pages for stage, rule, pages in found["unlabelled"]}
    assert (KEPT, "") in left_out
    named = sum(row["pages"] for row in found["stages"] if not row["rule"])
    assert named + sum(left_out.values()) == found["pages"]


def test_skipped_stages_are_out_of_the_frame(out):
    """What a stage dropped is neither drawn nor counted when it is skipped; pages without text never are."""
    ends = list(ends_of(out, ["language"]))
    assert len(ends) == sum(bool(p["text"]) and p["stage"] != "language" for p in pages(out))
    plan = sheet.sample(out, 100, skip=["language"])
    assert sum(each.pages for each in plan.strata) == len(ends)
    assert all(each.stage not in ("language", "read", "url") for each in plan.strata)


def test_long_texts_are_shown_in_pieces(tmp_path):
    """Of a text too long to read: its beginning, a piece of the middle, its end, and how long it is."""
    text = "".join(f"{i:07d} " for i in range(5000))
    (tmp_path / "data").mkdir()
    (tmp_path / ".lock").touch()
    ids = ["00" * 16, "01" * 16]
    pq.write_table(pa.table({"id": ids, "text": [text, "short"]}), tmp_path / "data" / "part-00000.parquet")
    (tmp_path / "manifest.json").write_text('{"digest": "d"}')
    (tmp_path / "report.json").write_text('{"recipe": "r", "inputs": [], "stages": [], "totals": {}}')
    sheet.sample(tmp_path, 10)
    rows = {row["id"]: row for row in lines(tmp_path / "audit" / sheet.SHEET)}
    shown = rows[ids[0]]["text"].split(sheet.GAP)
    assert rows[ids[0]]["chars"] == 40_000
    assert [len(piece) for piece in shown] == [8000, 2000, 2000]
    assert shown[0] == text[:8000] and shown[2] == text[-2000:] and text.index(shown[1]) == 22_000
    assert rows[ids[1]]["text"] == "short"


def test_a_takedown_takes_pages_out_of_the_sheet(out, tmp_path):
    """Text and page go from sheet and page; labels made before still score, as of the run that was drawn from."""
    sheet.sample(out, 100)
    rows = lines(out / "audit" / sheet.SHEET)
    labels = label(rows, tmp_path / "labels.jsonl")
    before = score(out, [labels])
    gone = rows[7]
    takedown(out, "ids", [gone["id"]])
    assert [row["id"] for row in lines(out / "audit" / sheet.SHEET)] == [r["id"] for r in rows if r is not gone]
    page = (out / "audit" / sheet.PAGE).read_text()
    assert gone["id"] not in page and json.dumps(gone["text"])[1:200].replace("<", "\\u003c") not in page
    assert rows[8]["id"] in page
    after = score(out, [labels])
    assert after["digest"] != before["digest"]
    assert {**after, "digest": ""} == {**before, "digest": ""}


def test_a_run_that_stored_no_dropped_text_is_not_called_perfect(tmp_path):
    """Nobody can label what was not stored, so recall is refused; the kept pages alone can still be drawn."""
    run(replace(WEBTEXT, keep_dropped_text=False), [str(SAMPLE)], tmp_path / "out", workers=HERE)
    with pytest.raises(UsageError, match="keep_dropped_text"):
        sheet.sample(tmp_path / "out", 20)
    plan = sheet.sample(tmp_path / "out", 20, skip=WEBTEXT.stage_names)
    assert {each.stage for each in plan.strata} == {KEPT}
