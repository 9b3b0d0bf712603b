"""The stages that redact and that identify languages: what they refuse, count, and leave out of what is written."""

import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from curate.classifiers.fasttext_model import save, train
from curate.classifiers.language import Identifier, identifier
from curate.classifiers.quality import Pareto, keep
from curate.documents import Documents
from curate.errors import UsageError
from curate.filters import pii
from curate.recipe import describe, fingerprint
from curate.stages import Language, Redact, Score

KEY = b"sixteen bytes or more"
TEXTS = [
    "Write to jo@example.org, al@example.org or call 212-555-0147.",
    "Nothing to see here.",
    "Server 203.0.113.77 belongs to jo@example.org.",
]


def documents(texts):
    """Documents with these texts and nothing else that stages here look at."""
    return Documents(pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())}))


def test_redact_replaces_counts_and_drops():
    """Every find is replaced and counted by entity; a text past the limit is dropped."""
    outcome = Redact(max_pii_spans=2)(documents(TEXTS))
    assert outcome.documents.texts() == [pii.redact(text) for text in TEXTS]
    assert [bool(fate) for fate in outcome.fates] == [False, True, True]
    assert outcome.fates[0].rule == "max_pii_spans"
    assert outcome.signals["spans"].tolist() == [3, 0, 2]
    assert outcome.signals["EMAIL_ADDRESS"].tolist() == [2, 0, 1]
    assert outcome.signals["IP_ADDRESS"].tolist() == [0, 0, 1]
    assert sum(values for name, values in outcome.signals.items() if name != "spans").tolist() == [3, 0, 2]
    assert outcome.documents.batch.column("pii_spans").to_pylist() == [3, 0, 2]


def test_redact_declares_its_signals():
    """The signals of an outcome are those declared, in every batch, whatever its texts hold."""
    stage = Redact(entities=frozenset({"EMAIL_ADDRESS"}), max_pii_spans=None)
    outcome = stage(documents(TEXTS[1:2]))
    assert tuple(outcome.signals) == stage.signals == ("spans", "EMAIL_ADDRESS")
    assert all(values.dtype == np.float64 for values in outcome.signals.values())


def test_pseudonyms_are_the_same_in_any_batch_and_order():
    """One value has one pseudonym wherever its text stands, and another under another key."""
    stage = Redact(mode="pseudonym", key=KEY)
    together = stage(documents(TEXTS)).documents.texts()
    alone = [stage(documents([text])).documents.texts()[0] for text in TEXTS]
    assert together == alone == stage(documents(TEXTS[::-1])).documents.texts()[::-1]
    jo = together[2].partition("belongs to ")[2].rstrip(".")
    assert jo in together[0]
    assert jo not in Redact(mode="pseudonym", key=KEY + b"!")(documents(TEXTS)).documents.texts()[0]


def test_the_key_is_never_written():
    """Neither how a stage prints nor how a recipe describes it holds the key, or what pseudonyms are keyed with."""
    stage = Redact(mode="pseudonym", key=KEY)
    shown = json.dumps(describe(stage)) + repr(stage)
    for secret in (KEY, hashlib.blake2b(KEY, digest_size=32, person=b"pii.pseudonym").digest()):
        assert secret.decode("latin-1") not in shown
        assert secret.hex() not in shown
    assert fingerprint(stage) != fingerprint(Redact(mode="pseudonym", key=KEY + b"!"))
    assert pickle.loads(pickle.dumps(stage)) == stage


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"mode": "hash"}, "'tag', 'natural' or 'pseudonym'"),
        ({"scope": "everybody"}, "'all' or 'persons'"),
        ({"mode": "pseudonym"}, "16 bytes"),
        ({"mode": "pseudonym", "key": b"short"}, "16 bytes"),
        ({"key": KEY}, "tags none"),
        ({"entities": frozenset({"EMAIL"})}, "unknown PII entity 'EMAIL'"),
        ({"names": "/no/such/pipeline"}, "no folder of a spaCy pipeline"),
    ],
)
def test_redact_refuses(settings, says):
    """What cannot work is refused when the recipe is made."""
    with pytest.raises(UsageError, match=says):
        Redact(**settings)


def test_redact_finds_names_by_a_pipeline(tmp_path):
    """A spaCy pipeline by path finds persons; the recipe knows it by digest and not by path."""
    spacy = pytest.importorskip("spacy", reason="names of persons need spaCy")
    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Ada Lovelace"}])
    pipeline.to_disk(tmp_path / "names")
    stage = Redact(names=str(tmp_path / "names"))
    stage.check()
    outcome = stage(documents(["Ada Lovelace wrote to jo@example.org"]))
    assert outcome.documents.texts() == ["<PERSON> wrote to <EMAIL_ADDRESS>"]
    assert outcome.signals["PERSON"].tolist() == [1]
    assert str(tmp_path) not in json.dumps(describe(stage))
    spacy.blank("en").to_disk(tmp_path / "nameless")
    with pytest.raises(UsageError, match="no persons"):
        Redact(names=str(tmp_path / "nameless")).check()


ROWS = [("eng_Latn", "This is the house that they built."), ("deu_Latn", "Das ist das Haus, das sie bauten.")] * 20


@pytest.fixture(scope="module")
def other_model(tmp_path_factory):
    """A small model with GlotLID's labels, trained on lines as they stand."""
    settings = {"dim": 8, "minn": 2, "maxn": 3, "bucket": 2000, "epoch": 20, "lr": 0.5}
    return save(train(ROWS, settings), tmp_path_factory.mktemp("model") / "glotlid.ftz")


def test_language_by_another_model(other_model):
    """A fastText model by path decides, its labels become ISO 639-1 codes, and its digest is in the recipe."""
    stage = Language(keep=("de",), min_probability=0.0, model=other_model.path)
    stage.check()
    outcome = stage(documents([text for _, text in ROWS[:2]] + ["12:30"]))
    assert outcome.documents.batch.column("language").to_pylist() == ["en", "de", "und"]
    assert [bool(fate) for fate in outcome.fates] == [False, True, False]
    assert stage.model == identifier(other_model.path)
    described = json.dumps(describe(stage))
    assert other_model.sha256 in described
    assert other_model.path not in described
    assert fingerprint(stage) != fingerprint(Language(keep=("de",), min_probability=0.0))


def test_language_refuses_a_model(tmp_path, other_model):
    """A missing, damaged or swapped model is a user's mistake, said before work starts."""
    with pytest.raises(UsageError, match="cannot read"):
        Language(model=str(tmp_path / "absent.bin"))
    (tmp_path / "text.ftz").write_text("not a model")
    with pytest.raises(UsageError, match="not a fastText model"):
        Language(model=str(tmp_path / "text.ftz")).check()
    path = tmp_path / "swapped.ftz"
    path.write_bytes(Path(other_model.path).read_bytes())
    stage = Language(model=str(path))
    path.write_bytes(Path(other_model.path).read_bytes() + b"!")
    with pytest.raises(UsageError, match="SHA-256"):
        stage.check()
    assert isinstance(Language().model, Identifier)


def half(texts):
    """A model of the test's own that likes every text by half."""
    return np.full(len(texts), 0.5)


def test_a_chance_keeps_some_of_what_a_model_likes_less_and_always_the_same():
    """GPT-3's rule by document id: the documents `keep` keeps, in any batch; the verdict names the limit drawn."""
    ids = [f"{number:032x}" for number in range(400)]
    batch = pa.RecordBatch.from_pydict({"id": ids, "text": ["any text"] * len(ids)})
    stage = Score("quality", half, chance=Pareto(1.0))
    fates = stage(Documents(batch)).fates
    assert [bool(fate) for fate in fates] == [keep(0.5, key, alpha=1.0) for key in ids]
    assert 100 < sum(map(bool, fates)) < 399
    dropped = next(fate for fate in fates if not fate)
    assert (dropped.rule, dropped.value) == ("chance", 0.5)
    assert dropped.limit >= 0.5
    assert stage(Documents(batch.slice(7, 1))).fates[0] == fates[7]
