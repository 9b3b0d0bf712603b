"""Every format is read back by a reader written here from its description: same documents, order and weights."""

import gzip
import json
import struct
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml  # an independent reader of what curate.yaml writes

from curate.errors import UsageError
from curate.mixture.formats import FORMATS, levanter, mds, megatron, nanochat, note, token_type, write
from curate.mixture.formats.layout import folder_names, pieces, starts
from curate.mixture.laid_out import Document, Mixture, Part, Phase, Vocabulary
from curate.yaml import dumped

END = 3
BUCKETS = ("web/best", "code", "wiki")


def documents(seed: int, count: int, bucket: str, size: int = 500) -> list[Document]:
    random = np.random.default_rng(seed)
    return [
        Document(
            f"{seed:04d}{number:028d}", f"{bucket} {seed} {number}: \u00fcber\n\u2028 \U0001f600",
            random.integers(4, size, random.integers(0, 90)).astype(np.uint32), bucket,
        )
        for number in range(count)
    ]  # fmt: skip


def phase(name: str, parts: dict[str, list[Document]], *, strict: bool = False) -> Phase:
    mixed = [document for group in parts.values() for document in group]
    order = np.arange(len(mixed)) if strict else np.random.default_rng(7).permutation(len(mixed))
    mixed = [mixed[place] for place in order]
    tokens = {bucket: sum(len(d.tokens) for d in group) for bucket, group in parts.items()}
    made = tuple(
        Part(bucket, tokens[bucket] / sum(tokens.values()), len(group), tokens[bucket], lambda group=group: iter(group))
        for bucket, group in parts.items()
    )
    return Phase(name, len(mixed), sum(tokens.values()), made, lambda: iter(mixed), strict)


def mixture(size: int = 500, *, strict: bool = False) -> Mixture:
    web, code, wiki = (
        documents(number, count, b, size) for number, (b, count) in enumerate(zip(BUCKETS, (40, 30, 20), strict=True))
    )
    phases = (
        phase("warm up", {"web/best": web[:20], "code": code[:5]}, strict=strict),
        phase("main", {"web/best": web, "code": code, "wiki": wiki}),
        phase("anneal", {"web/best": [], "wiki": wiki * 3}, strict=strict),  # one bucket is empty here
    )
    return Mixture("test", phases, Vocabulary(size, END, "00" * 32))


def stored(found: list[Document], dtype: str) -> list[bytes]:
    return [np.append(d.tokens, END).astype(dtype).tobytes() for d in found]


def expected(part: Part, dtype: str) -> list[bytes]:
    return stored(list(part.read()), dtype)


def filled(found: Phase) -> list[Part]:
    return [part for part in found.parts if part.documents]


NAMES = ("0-warm-up", "1-main", "2-anneal")
FOLDERS = {"web/best": "web-best", "code": "code", "wiki": "wiki"}


def assert_shares(weights: list[float], parts: list[Part]) -> None:
    """Weights are shares of what is stored, and within a hundredth of the plan's when documents are of like length."""
    sizes = [part.tokens + part.documents for part in parts]
    assert weights == pytest.approx([each / sum(sizes) for each in sizes], abs=1e-9)
    assert weights == pytest.approx([part.weight for part in parts], abs=0.01)


def read_megatron(prefix: Path) -> tuple[np.dtype, list[bytes]]:
    index = prefix.with_suffix(".idx").read_bytes()
    assert index[:9] == b"MMIDIDX\0\0"
    version, code, sequences, ends = struct.unpack_from("<QBQQ", index, 9)
    assert version == 1 and ends == sequences + 1
    dtype = {8: np.dtype("<u2"), 4: np.dtype("<i4")}[code]
    lengths = np.frombuffer(index, "<i4", sequences, 34)
    offsets = np.frombuffer(index, "<i8", sequences, 34 + 4 * sequences)
    closing = np.frombuffer(index, "<i8", ends, 34 + 12 * sequences)
    assert len(index) == 34 + 12 * sequences + 8 * ends and closing.tolist() == list(range(ends))
    data = prefix.with_suffix(".bin").read_bytes()
    assert len(data) == lengths.sum() * dtype.itemsize
    return dtype, [data[o : o + n * dtype.itemsize] for o, n in zip(offsets.tolist(), lengths.tolist(), strict=True)]


@pytest.mark.parametrize(("size", "dtype"), [(500, "<u2"), (70_000, "<i4")])
def test_megatron(tmp_path: Path, size: int, dtype: str) -> None:
    made = mixture(size)
    write("megatron", made, tmp_path)
    for name, found in zip(NAMES, made.phases, strict=True):
        blend = json.loads((tmp_path / f"blend-{name}.json").read_text())
        assert blend["valid"] is None and blend["test"] is None
        assert blend["train"][1::2] == [f"{name}/{FOLDERS[part.bucket]}" for part in filled(found)]
        assert_shares([float(weight) for weight in blend["train"][::2]], filled(found))
        for prefix, part in zip(blend["train"][1::2], filled(found), strict=True):
            assert read_megatron(tmp_path / prefix) == (np.dtype(dtype), expected(part, dtype))


def test_megatron_index_in_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index does not depend on how many lengths are in memory at a time."""
    write("megatron", mixture(), tmp_path / "a")
    monkeypatch.setattr(megatron, "_CHUNK", 3)
    write("megatron", mixture(), tmp_path / "b")
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


@pytest.mark.parametrize(("size", "dtype"), [(65_535, "<u2"), (65_536, "<u4")])
def test_nanotron(tmp_path: Path, size: int, dtype: str) -> None:
    made = mixture(size)
    write("nanotron", made, tmp_path)
    stages = yaml.safe_load((tmp_path / "data_stages.yaml").read_text())["data_stages"]
    assert [stage["name"] for stage in stages] == ["warm up", "main", "anneal"]
    for name, stage, found in zip(NAMES, stages, made.phases, strict=True):
        dataset = stage["data"]["dataset"]
        assert dataset["dataset_folder"] == [f"{name}/{FOLDERS[part.bucket]}" for part in filled(found)]
        assert_shares(dataset["dataset_weights"], filled(found))
        for folder, part in zip(dataset["dataset_folder"], filled(found), strict=True):
            data = (tmp_path / folder / "00000.ds").read_bytes()
            ends = np.frombuffer((tmp_path / folder / "00000.ds.index").read_bytes(), "<u8") * np.dtype(dtype).itemsize
            cuts = [0, *ends.tolist()]
            assert [data[a:b] for a, b in pairwise(cuts)] == expected(part, dtype) and cuts[-1] == len(data)
            first, second, _ = (tmp_path / folder / "00000.ds.metadata").read_text().split("\n")
            assert first == f"tokenizer|{np.dtype(dtype).itemsize}" and int(second) == part.tokens + part.documents


def test_stages_begin_where_the_tokens_before_end(tmp_path: Path) -> None:
    made = Mixture("test", mixture().phases, mixture().vocabulary, tokens_per_step=100)
    stored_tokens = [found.tokens + found.documents for found in made.phases]
    assert starts(made)[1] == [0, round(stored_tokens[0] / 100), round(sum(stored_tokens[:2]) / 100)]
    write("nanotron", made, tmp_path)
    stages = yaml.safe_load((tmp_path / "data_stages.yaml").read_text())["data_stages"]
    assert [stage["start_training_step"] for stage in stages] == [1 + start for start in starts(made)[1]]
    step, chosen = starts(mixture())
    assert step & (step - 1) == 0 and all(begin < end for begin, end in pairwise(chosen))
    assert all(start % 8 == 0 for start in starts(made, 8)[1])
    assert starts(Mixture("test", made.phases, made.vocabulary, 1 << 30))[1] == [0, 1, 2]


@pytest.mark.parametrize(("size", "dtype"), [(256, "u1"), (257, "<u2"), (65_536, "<u2"), (65_537, "<u4")])
def test_olmo(tmp_path: Path, size: int, dtype: str) -> None:
    made = mixture(size)
    write("olmo", made, tmp_path)
    for name, found in zip(NAMES, made.phases, strict=True):
        sources = yaml.safe_load((tmp_path / f"mix-{name}.yaml").read_text())["sources"]
        assert [source["source_name"] for source in sources] == [part.bucket for part in filled(found)]
        assert_shares([source["target_ratio"] for source in sources], filled(found))
        for source, part in zip(sources, filled(found), strict=True):
            (path,) = source["paths"]
            data = np.fromfile(tmp_path / path, dtype)
            rows = gzip.decompress((tmp_path / path).with_suffix(".csv.gz").read_bytes()).decode().splitlines()
            cuts = [tuple(map(int, row.split(","))) for row in rows]
            assert [data[a:b].tobytes() for a, b in cuts] == expected(part, dtype) and cuts[-1][1] == len(data)


def read_mds(folder: Path) -> Iterator[tuple[str, bytes]]:
    about = json.loads((folder / "index.json").read_text())
    assert about["version"] == 2
    for shard in about["shards"]:
        data = (folder / shard["raw_data"]["basename"]).read_bytes()
        assert len(data) == shard["raw_data"]["bytes"] and shard["column_names"] == ["id", "tokens"]
        (samples,) = struct.unpack_from("<I", data)
        offsets = np.frombuffer(data, "<u4", samples + 1, 4).tolist()
        assert samples == shard["samples"] and offsets[-1] == len(data)
        about_shard = json.loads(data[4 + 4 * (samples + 1) : offsets[0]])
        assert about_shard == {key: shard[key] for key in about_shard}
        for begin, end in pairwise(offsets):
            id_bytes, token_bytes = struct.unpack_from("<II", data, begin)
            assert begin + 8 + id_bytes + token_bytes == end
            array = data[begin + 8 + id_bytes : end]
            axes, width = array[0] >> 2, 1 << (array[0] & 3)
            count = int.from_bytes(array[1 : 1 + width], "little")
            values = array[1 + width :]
            assert axes == 1 and len(values) == count * np.dtype(shard["column_encodings"][1].split(":")[1]).itemsize
            yield data[begin + 8 : begin + 8 + id_bytes].decode(), values


@pytest.mark.parametrize("shard_bytes", [1 << 26, 1000])
@pytest.mark.parametrize(("size", "dtype"), [(65_536, "<u2"), (65_537, "<u4")])
def test_mds(tmp_path: Path, size: int, dtype: str, shard_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mds, "SHARD_BYTES", shard_bytes)
    made = mixture(size, strict=True)
    write("mds", made, tmp_path)
    phases = yaml.safe_load((tmp_path / "streams.yaml").read_text())
    assert list(phases) == list(NAMES)
    for name, found in zip(NAMES, made.phases, strict=True):
        assert phases[name]["shuffle"] is not found.strict
        streams = phases[name]["streams"]
        parts = {"all": found} if found.strict else {FOLDERS[part.bucket]: part for part in filled(found)}
        assert {key: stream["choose"] for key, stream in streams.items()} == {k: p.documents for k, p in parts.items()}
        for key, part in parts.items():
            listed = list(read_mds(tmp_path / streams[key]["local"]))
            assert [values for _, values in listed] == stored(list(part.read()), dtype)
            assert [name for name, _ in listed] == [document.id for document in part.read()]
    assert (len(list(tmp_path.rglob("*.mds"))) > 10) is (shard_bytes == 1000)


@pytest.mark.parametrize("count", [1, 255, 256, 65_535, 65_536])
def test_mds_length_of_an_array_takes_as_few_bytes_as_it_can(count: int) -> None:
    sample = mds._sample("a", np.zeros(count, "<u2"))
    width = 1 if count < 256 else 2 if count < 65_536 else 4
    assert sample[9] == 1 << 2 | {1: 0, 2: 1, 4: 2}[width] and len(sample) == 8 + 1 + 1 + width + 2 * count


def test_levanter(tmp_path: Path) -> None:
    made = mixture(strict=True)
    write("levanter", made, tmp_path)
    data = yaml.safe_load((tmp_path / "data.yaml").read_text())["data"]
    components = data["components"]
    assert data["shuffle"] is False and data["vocab_size"] == 500
    for name, found, (start, weights) in zip(NAMES, made.phases, data["train_weights"], strict=True):
        parts = [Part("all", 1.0, found.documents, found.tokens, found.read)] if found.strict else filled(found)
        assert start % levanter.STEPS == 0
        assert list(weights) == [f"{name}-{FOLDERS.get(part.bucket, 'all')}" for part in parts]
        sizes = [part.tokens + part.documents for part in parts]
        assert list(weights.values()) == pytest.approx([each / sum(sizes) for each in sizes], abs=1 / 256)
        assert sum(weights.values()) == 1 and all((weight * 256).is_integer() for weight in weights.values())
        for component, part in zip(weights, parts, strict=True):
            (path,) = components[component]["source"]["train_urls"]
            rows = pq.read_table(tmp_path / path).to_pylist()
            assert [np.array(row["input_ids"], "<i4").tobytes() for row in rows] == expected(part, "<i4")
            assert [row["id"] for row in rows] == [document.id for document in part.read()]


def test_huggingface(tmp_path: Path) -> None:
    made = mixture(strict=True)
    write("huggingface", made, tmp_path)
    _, head, _ = (tmp_path / "README.md").read_text().split("---\n", 2)
    configs = {config["config_name"]: config["data_files"][0]["path"] for config in yaml.safe_load(head)["configs"]}
    assert configs["default"] == [configs[name] for name in NAMES]
    for name, found in zip(NAMES, made.phases, strict=True):
        rows = [row for path in sorted(tmp_path.glob(configs[name])) for row in pq.read_table(path).to_pylist()]
        assert [(row["id"], row["text"], row["bucket"]) for row in rows] == [
            (document.id, document.text, document.bucket) for document in found.read()
        ]
        assert {row["phase"] for row in rows} == {found.name}


def test_jsonl(tmp_path: Path) -> None:
    made = mixture(strict=True)
    write("jsonl", made, tmp_path)
    for name, found in zip(NAMES, made.phases, strict=True):
        rows = [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_text("utf-8").split("\n")[:-1]]
        assert rows == [{"id": d.id, "bucket": d.bucket, "text": d.text} for d in found.read()]


def read_nanochat(folder: Path, split: str, ranks: int) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """Row groups in turn by rank, the last file for validation, as nanochat deals them."""
    paths = sorted(folder.glob("*.parquet"))
    for path in paths[:-1] if split == "train" else paths[-1:]:
        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            yield group % ranks, file.read_row_group(group).to_pylist()


def test_nanochat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nanochat, "FILE_CHARS", 1000)
    made = mixture(strict=True)
    write("nanochat", made, tmp_path)
    training = [row for _, rows in read_nanochat(tmp_path, "train", 1) for row in rows]
    held = [row for _, rows in read_nanochat(tmp_path, "val", 1) for row in rows]
    names = {row["id"] for row in held}
    assert len(held) == len(names) == nanochat.MIN_VALIDATION and len(list(tmp_path.glob("shard_*"))) > 3
    everything = [document for found in made.phases for document in found.read()]
    assert [(row["id"], row["text"]) for row in training] == [(d.id, d.text) for d in everything if d.id not in names]
    about = json.loads((tmp_path / "validation.json").read_text())
    assert about["sightings_held_out"] == len(everything) - len(training) and about["documents"] == len(held)
    assert {rank for rank, _ in read_nanochat(tmp_path, "val", 8)} == set(range(8))  # or a rank would wait for ever


def test_nanochat_of_few_documents(tmp_path: Path) -> None:
    two = documents(1, 2, "web")
    write("nanochat", Mixture("t", (phase("main", {"web": two * 3}),), Vocabulary(500, END, "")), tmp_path / "two")
    assert [len(rows) for _, rows in read_nanochat(tmp_path / "two", "val", 1)] == [1]
    assert Counter(
        row["id"] for _, rows in read_nanochat(tmp_path / "two", "train", 1) for row in rows
    ).most_common() == [
        (next(d.id for d in two if d.id != pq.read_table(tmp_path / "two" / "validation.parquet")["id"][0].as_py()), 3)
    ]
    one = Mixture("t", (phase("main", {"web": two[:1] * 3}),), Vocabulary(500, END, ""))
    with pytest.raises(UsageError, match="hold out"):
        write("nanochat", one, tmp_path / "one")
    assert not (tmp_path / "one").exists()


def digests(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", FORMATS)
def test_same_bytes_every_time_and_nothing_half_written(tmp_path: Path, name: str) -> None:
    write(name, mixture(), tmp_path / "a")
    write(name, mixture(), tmp_path / "b")
    assert digests(tmp_path / "a") == digests(tmp_path / "b") != {}
    assert not [path for path in (tmp_path / "a").rglob("*") if path.name.startswith(".")]


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_that_cannot_be_read_leaves_no_file_half_written(tmp_path: Path, name: str) -> None:
    def broken() -> Iterator[Document]:
        yield from documents(1, 30, "web")
        raise OSError("the disk is gone")

    found = Phase("main", 31, 1000, (Part("web", 1.0, 31, 1000, broken),), broken)
    with pytest.raises(OSError, match="gone"):
        write(name, Mixture("t", (found,), Vocabulary(500, END, "")), tmp_path)
    assert digests(tmp_path) == {}


@pytest.mark.parametrize(
    ("name", "size"),
    [("megatron:uint16", 65_500 + 1), ("nanotron:uint16", 65_536), ("mds:uint16", 65_537), ("olmo:uint8", 257),
     ("megatron", (1 << 31) + 1), ("levanter", (1 << 31) + 1), ("nanotron", (1 << 32) + 1)],
)  # fmt: skip
def test_a_vocabulary_that_does_not_fit_is_refused(tmp_path: Path, name: str, size: int) -> None:
    made = Mixture("test", mixture().phases, Vocabulary(size, END, ""))
    with pytest.raises(
        UsageError, match=f"{name} holds vocabularies up to {size - 1:,} tokens, the tokenizer has {size:,}"
    ):
        write(name, made, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_user_errors(tmp_path: Path) -> None:
    for name, said in {
        "arrow": "no format 'arrow'; there are jsonl, huggingface",
        "nanochat:uint16": "it has text, no tokens",
        "olmo:int32": "no token type 'int32'; it has uint8 and uint16 and uint32",
    }.items():
        with pytest.raises(UsageError, match=said):
            write(name, mixture(), tmp_path / "out")
    empty = Mixture(
        "t",
        (phase("main", {"web": documents(1, 1, "web")}), Phase("x", 0, 0, (), lambda: iter(()))),
        Vocabulary(500, 0, ""),
    )
    with pytest.raises(UsageError, match="no documents"):
        write("olmo", empty, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_token_outside_the_vocabulary_is_our_bug(tmp_path: Path) -> None:
    """It would become another token in a narrower type."""
    bad = Mixture("test", mixture(600).phases, Vocabulary(500, END, ""))
    with pytest.raises(ValueError, match="outside a vocabulary of 500"):
        write("olmo", bad, tmp_path)


def test_only_readers_that_keep_order_are_trusted_with_it() -> None:
    assert [name for name in FORMATS if note(name, mixture(strict=True))] == ["megatron", "nanotron", "olmo"]
    assert note("nanotron", mixture(strict=True)).startswith("the order inside warm up and anneal will be lost")
    assert not any(note(name, mixture()) for name in FORMATS)
    assert token_type("nanotron", 32_000) == "uint16"


def test_pieces_cut_between_documents() -> None:
    found = documents(3, 50, "web")
    cut = [list(piece) for piece in pieces(iter(found), 100)]
    assert [d for piece in cut for d in piece] == found and len(cut) > 5
    assert all(sum(len(d.tokens) + 1 for d in piece[:-1]) < 100 for piece in cut)
    assert list(pieces(iter(()), 10)) == []


def test_folder_names_are_safe_and_different() -> None:
    names = folder_names(["A", "a", "a-2", "..", "/etc/passwd", "x" * 300, "x" * 301, "\u0000", "con\n"])
    assert len({name.lower() for name in names.values()}) == len(names)
    assert all(0 < len(name) <= 64 and not name.startswith((".", "-")) and "/" not in name for name in names.values())


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a",
        "no",
        "1e3",
        "- x",
        "a: b",
        "#",
        "\n---\n",
        "\u2028\x85\x00\x7f\ufeff",
        '"\\',
        "\U0001f600",
        "日本",
        "{a}",
        "!!python/object",
    ],
)
def test_yaml_gives_back_what_was_put_in(value: str) -> None:
    whole = {"a": value, value or "x": [value, {"b": value}], "n": [1, -2.5, 1e-9, 1e300, True, None], "e": {}, "f": []}
    assert yaml.safe_load(dumped(whole)) == whole
