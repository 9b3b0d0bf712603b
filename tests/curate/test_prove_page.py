"""The page of a proof, what is left with the runs it is about, and what their quality models have learned."""

import json
import random
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from curate.errors import UsageError
from curate.output.checksums import present
from curate.prove.compare import MEAN, Difference
from curate.prove.page import line, write_page
from curate.prove.prove import LAYERS, Pair, Proof, Settings, prove
from curate.prove.recognition import model_of, notes, without_learned
from curate.prove.texts import corpus, odd_share, read_corpora
from curate.report.proof import PROOF, leave_in, lines_of, load_proof
from curate.training.learned import SHIPPED, Learned, hash_of, read_learned, write_learned

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp\x1b[31m'


class Seen(HTMLParser):
    """All tags with their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


def proof_of(a: str, b: str, held: str, value: float = -0.2) -> Proof:
    """A proof of two corpora by all layers."""
    found = [
        Difference(layer, name, value, value - 0.05, value + 0.05, 0.07) for layer in LAYERS for name in (held, MEAN)
    ]
    sizes = {"texts": 12, "sites": 11, "bytes": 34_567}
    return Proof(
        arms={a: sizes, b: sizes}, held_out={held: sizes}, settings=Settings(), size=10_000, leaks={a: 3, b: 4},
        bits={layer: {a: {held: 2.5}, b: {held: 2.3}} for layer in LAYERS},
        deviations={layer: {a: 0.031, b: 0.032} for layer in LAYERS},
        pairs=[Pair(a, b, found, -1 if value < 0 else 1)], layers=list(LAYERS),
        curves={layer: {a: [[9.0, 7.5, 7.0]], b: [[9.1, 7.4, 6.9]]} for layer in LAYERS[1:]}, notes=[f"a note on {a}"],
    )  # fmt: skip


def test_a_page_says_what_was_found(tmp_path: Path) -> None:
    """The rule, the verdict, every figure, an interval for each difference, and curves; nothing is fetched or run."""
    proof = proof_of("old", "new", "essays")
    write_page(tmp_path / "prove.html", proof)
    page = Seen((tmp_path / "prove.html").read_text())
    for said in (proof.rule, "new is better, at this scale", "a note on old", "-0.2000", "-0.2500 to -0.1500", "0.0700",
                 "2.3000", "0.0310", "34,567"):  # fmt: skip
        assert said in page.text
    pictures = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert len(pictures) == 2 * len(LAYERS) + len(LAYERS) + 2  # each difference, the means again, and two curves
    assert {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form"} == set()
    assert not any(name in ("src", "srcset") for _, attributes in page.tags for name in attributes)
    assert all(str(found.get("href", "#")).startswith("#") for tag, found in page.tags)


def test_hostile_names_are_text(tmp_path: Path) -> None:
    """Names of corpora and of held-out sets cannot leave their place, nor turn what stands beside them around."""
    write_page(tmp_path / "prove.html", proof_of(HOSTILE, "b", f"held {HOSTILE}"))
    said = (tmp_path / "prove.html").read_text()
    page = Seen(said)
    assert {tag for tag, _ in page.tags} & {"script", "img"} == set()
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "<script>alert(1)</script>" in page.text and "\u202e" not in said and "\x1b" not in said


def run_folder(folder: Path, digest: str = "d1", score: str = "curate.classifiers.quality:score") -> Path:
    """What a finished run has of what is read here."""
    folder.mkdir(parents=True, exist_ok=True)
    stages = [
        {"Read": {}},
        {"Score": {"name": "webtext", "score": "x"}},
        {"Score": {"name": "quality", "score": score}},
    ]
    recipe = {"stages": {"Recipe": {"stages": stages}}}
    (folder / "manifest.json").write_text(json.dumps({"digest": digest, "recipe": recipe}))
    return folder


def test_a_run_is_told_and_its_digests_stay(tmp_path: Path) -> None:
    """What is left is not among the files that a run's digests cover, and is of no run that comes later."""
    run, proof = run_folder(tmp_path / "run"), proof_of("run", "b\x1b", "essays")
    before = present(run)
    leave_in(run, proof.rule, [line(proof, proof.pairs[0])])
    assert present(run) == before and (run / PROOF).is_file()
    found = load_proof(run)
    assert found is not None and "b\x1b is better, at this scale" in found["lines"][0]
    assert lines_of(run)[1].startswith("  run and b<U+001B>: ")
    run_folder(run, "d2")
    assert load_proof(run) is None and lines_of(run) == []


@pytest.mark.parametrize("said", ["{", "[]", '{"digest": "d1"}', '{"digest": "d1", "rule": 1, "lines": 3}'])
def test_what_is_no_proof_is_not_shown(tmp_path: Path, said: str) -> None:
    """A damaged file is as good as none."""
    run = run_folder(tmp_path / "run")
    (run / "audit").mkdir()
    (run / PROOF).write_text(said)
    assert load_proof(run) is None


def test_a_model_that_learned_the_sites_is_named(tmp_path: Path) -> None:
    """A model by its digest, one without a list as unknown; a corpus without a model is quiet."""
    write_learned(tmp_path / "quality.sites.json", "ab" * 32, ["a.example", "b.example"])
    lists = [read_learned(tmp_path / "quality.sites.json"), Learned("cd" * 32, frozenset({hash_of("c.example")}))]
    arms = [
        corpus(name, [(f"{name} {site}", f"https://{site}.example/") for site in "abc"]) for name in ("x", "y", "z")
    ]
    models = {"x": model_of(run_folder(tmp_path / "x", score=f"ValueScorer({'ab' * 32})")), "y": "ef" * 32, "z": ""}
    found = notes(arms, models, lists)
    assert len(found) == 2
    assert found[0].startswith("x: 2 of 3 texts are of sites that its quality model abababab was trained on")
    assert found[1].startswith("y: nobody says which sites its quality model efefefef has learned")
    assert [without_learned(arm, models, lists).sites for arm in arms] == [("c.example",)] * 3


def test_the_shipped_model_is_known() -> None:
    """Its list is of the model that ships, and holds the sites that the labelled pages are of."""
    from curate.classifiers.quality import MODEL

    shipped = read_learned(SHIPPED)
    assert shipped.model == MODEL.sha256
    assert 500 < len(shipped.sites) < 5000 and not shipped.knows("example.com")
    assert model_of(Path("no such run")) == ""


def test_no_list_of_sites(tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text("[]")
    for name in ("odd.json", "none.json"):
        with pytest.raises(UsageError, match="is no list of the sites"):
            read_learned(tmp_path / name)


def test_odd_characters() -> None:
    """Text of any script has next to none; random bytes read as UTF-8 have many."""
    assert odd_share(["Ein Satz.\n\tØ 中文 العربية עברית \U0001f600"]) == 0
    assert odd_share([random.Random(1).randbytes(2000).decode("utf-8", "replace")]) > 0.3


def test_two_of_one_name_and_a_small_budget(tmp_path: Path) -> None:
    """Files of one name are told apart by their folders; what is too small for the budget or unequal is said."""
    rng = np.random.default_rng(1)
    words = np.array("stone river light garden people home walk seen".split())
    for folder, count in (("a", 120), ("b", 700)):
        (tmp_path / folder).mkdir()
        rows = [{"text": " ".join(rng.choice(words, 60)), "url": f"https://{folder}{i}.org/"} for i in range(count)]
        (tmp_path / folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    held = corpus("held", [(" ".join(rng.choice(words, 9)), f"https://held{i}.org/") for i in range(8)])
    arms = read_corpora([tmp_path / "a/data.jsonl", tmp_path / "b/data.jsonl"])
    assert [arm.name for arm in arms] == ["a/data", "b/data"]
    proof = prove(arms, [held], Settings(1_000_000, 1, 0), tmp_path / "work", lambda *_: None)
    said = "\n".join(proof.notes)
    assert "budget allows halves of 1,000,000 bytes" in said
    assert "b/data has 6 times the bytes of a/data: no more of it is used" in said
    assert "fewer than 30 sites are in held" in said
