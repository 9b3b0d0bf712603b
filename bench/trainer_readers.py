"""What a trainer's own reader delivers from a mixture; `bench/trainers.py` runs this file in that trainer's
environment.

Usage: `python bench/trainer_readers.py FORMAT FOLDER`. Prints JSON: for each phase and bucket the SHA-256 over every
document's digest in the order in which the reader gives them, how many there are, and the share that the reader's own
mixing gives the bucket in the phase, where it mixes. Imports nothing of this project.
"""

import json
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

SEQUENCE = 64


def digest(documents: Iterable[bytes]) -> dict[str, object]:
    """A digest over documents in order; bytes are of little-endian uint32 tokens, or of UTF-8 text."""
    found, count = sha256(), 0
    for document in documents:
        found.update(sha256(document).digest())
        count += 1
    return {"sha256": found.hexdigest(), "documents": count}


def as_uint32(tokens) -> bytes:
    import numpy as np

    return np.asarray(tokens).astype("<u4").tobytes()


def phases_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and path.name[0].isdigit())


def megatron(folder: Path) -> dict:
    """`IndexedDataset` for documents; `BlendedMegatronDatasetBuilder` over the blend file for the shares."""
    import tempfile

    import numpy as np
    import torch.distributed
    from megatron.core.datasets.blended_megatron_dataset_builder import BlendedMegatronDatasetBuilder
    from megatron.core.datasets.gpt_dataset import GPTDataset, GPTDatasetConfig
    from megatron.core.datasets.indexed_dataset import IndexedDataset
    from megatron.core.datasets.utils import get_blend_from_list

    found = {}
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    for phase in phases_of(folder):
        said = json.loads((folder / f"blend-{phase}.json").read_text())
        blends = [get_blend_from_list(said[split]) for split in ("train", "valid", "test")]
        prefixes = blends[0][0]
        readers = [IndexedDataset(str(folder / prefix)) for prefix in prefixes]
        docs = {
            p.split("/")[1]: digest(as_uint32(doc) for doc in each) for p, each in zip(prefixes, readers, strict=True)
        }
        samples = sum(int(each.sequence_lengths.sum()) for each in readers) // SEQUENCE
        with tempfile.TemporaryDirectory() as cache:
            config = GPTDatasetConfig(
                random_seed=1, sequence_length=SEQUENCE, blend_per_split=[([str(folder / p) for p in blends[0][0]],
                blends[0][1]), None, None], tokenizer=_NoTokenizer(), reset_position_ids=False, path_to_cache=cache,
                reset_attention_mask=False, eod_mask_loss=False, mmap_bin_files=True,
            )  # fmt: skip
            train, _, _ = BlendedMegatronDatasetBuilder(GPTDataset, [samples, 0, 0], lambda: True, config).build()
            if hasattr(train, "dataset_index"):
                taken = np.bincount(np.asarray(train.dataset_index), minlength=len(prefixes))
            else:
                taken = np.array([len(train)])
        for prefix, share in zip(prefixes, (taken / taken.sum()).tolist(), strict=True):
            docs[prefix.split("/")[1]]["share"] = share
        found[phase] = docs
    return found


class _NoTokenizer:
    """What GPTDataset asks of a tokenizer while it builds indices and nothing is decoded."""

    eod, pad, vocab_size = 0, 0, 1

    @property
    def unique_identifiers(self):
        return {"class": "none"}


def nanotron(folder: Path) -> dict:
    """datatrove's `DatatroveFolderDataset`, which nanotron reads with: one window, cut where positions restart."""
    import numpy as np
    from datatrove.utils.dataset import DatatroveFolderDataset

    found = {}
    for phase in phases_of(folder):
        found[phase] = {}
        for bucket in sorted(path for path in (folder / phase).iterdir() if path.is_dir()):
            size = int((next(bucket.glob("*.metadata"))).read_text().split("\n")[0].split("|")[1])
            tokens = sum(path.stat().st_size for path in bucket.glob("*.ds")) // size
            length = next(n for n in (tokens, 1) if tokens % n == 0)  # one window of everything: nothing is left over
            data = DatatroveFolderDataset(str(bucket), length - 1, "*.ds", token_size=size, return_positions=True)
            assert len(data) == 1
            whole, places = (data[0][name].numpy() for name in ("input_ids", "positions"))
            begins = np.flatnonzero(places == 0).tolist()
            found[phase][bucket.name] = digest(
                as_uint32(whole[a:b]) for a, b in zip(begins, [*begins[1:], len(whole)], strict=True)
            )
    return found


def olmo(folder: Path) -> dict:
    """Documents by the `.csv.gz` beside each file; shares from `SourceMixtureDatasetConfig`."""
    import numpy as np
    import yaml
    from olmo_core.data.source_mixture import SourceMixtureConfig, SourceMixtureDatasetConfig, SourceMixtureList
    from olmo_core.data.utils import iter_document_indices, load_array_slice

    found = {}
    for phase in phases_of(folder):
        text = (folder / f"mix-{phase}.yaml").read_text()
        dtype = getattr(np, text.split("tokens are ")[1].split("\n")[0])
        requested = int(text.split("requested_tokens: ")[1].split(" ")[0])
        said = yaml.safe_load(text)["sources"]
        sources = [SourceMixtureConfig(**{**each, "paths": [str(folder / p) for p in each["paths"]]}) for each in said]
        batch = SEQUENCE * 4
        config = SourceMixtureDatasetConfig(
            SourceMixtureList(sources), requested // batch * batch, batch, render_tables=False, quiet=True
        )
        built = config.build(npdtype=dtype, sequence_length=SEQUENCE)
        taken = [sum(path.tokens for path in source.path_tokens) for source in built.sources]
        found[phase] = {}
        for each, tokens in zip(said, taken, strict=True):
            docs = (
                as_uint32(load_array_slice(str(folder / path), start, end, dtype))
                for path in each["paths"]
                for start, end in iter_document_indices(str(folder / path), use_array_if_local=False)
            )
            found[phase][each["paths"][0].split("/")[1]] = {**digest(docs), "share": tokens / sum(taken)}
    return found


def mds(folder: Path) -> dict:
    """`StreamingDataset` over the streams of each phase as `streams.yaml` has them, unshuffled, and over each alone."""
    import yaml
    from streaming import Stream, StreamingDataset
    from streaming.base.util import clean_stale_shared_memory

    found = {}
    for phase, said in yaml.safe_load((folder / "streams.yaml").read_text()).items():
        found[phase] = {}
        streams = {n: {**each, "local": str(folder / each["local"])} for n, each in said["streams"].items()}
        for name, each in streams.items():
            data = StreamingDataset(streams=[Stream(**each)], shuffle=False, batch_size=1, num_canonical_nodes=1)
            found[phase][name] = digest(as_uint32(sample["tokens"]) for sample in data)
            del data
            clean_stale_shared_memory()
        data = StreamingDataset(
            streams=[Stream(**each) for each in streams.values()], shuffle=said["shuffle"], batch_size=1,
            num_canonical_nodes=1,
        )  # fmt: skip
        tokens = dict.fromkeys(streams, 0)
        of = {str(each["local"]): name for name, each in streams.items()}
        where = [of[str(stream.local)] for stream in data.streams]
        for place in range(data.num_samples):
            shard, _ = data.spanner[place]
            tokens[where[int(data.stream_per_shard[shard])]] += len(data[place]["tokens"]) - 1
        for name, count in tokens.items():
            found[phase][name]["share"] = count / sum(tokens.values())
        del data
        clean_stale_shared_memory()
    return found


def levanter(folder: Path) -> dict:
    """`LmDataConfig` decoded from `data.yaml`: its caches for documents, blocks of its mixture for the shares."""
    import os
    import tempfile

    import draccus
    import haliax
    import jax
    import yaml
    from levanter.data.text import LmDataConfig
    from levanter.schedule import BatchSchedule

    said = yaml.safe_load((folder / "data.yaml").read_text())["data"]
    with tempfile.TemporaryDirectory() as cache:
        said["cache_dir"] = cache
        os.chdir(folder)
        config = draccus.decode(LmDataConfig, said)
        caches = config.build_caches("train")
        mixed = config.train_set(
            haliax.Axis("position", SEQUENCE), BatchSchedule(32), key=jax.random.PRNGKey(0)
        ).dataset
        names = list(mixed.datasets)
        found: dict = {}
        blocks = mixed._counts_per_block_per_stage
        for block, (_, weights), phase in zip(blocks, config.train_weights, phases_of(folder), strict=True):
            for name in weights:
                store = caches[name].store.tree["input_ids"]
                rows = (as_uint32(store[place]) for place in range(store.num_rows))
                share = int(block[names.index(name)]) / int(block.sum())
                found.setdefault(phase, {})[name.removeprefix(f"{phase}-")] = {**digest(rows), "share": share}
        return found


def huggingface(folder: Path) -> dict:
    """`datasets.load_dataset` of each configuration, and of the default, which is all of them in order."""
    import tempfile

    from datasets import get_dataset_config_names, load_dataset

    found: dict = {}
    with tempfile.TemporaryDirectory() as cache:
        names = [name for name in get_dataset_config_names(str(folder)) if name != "default"]
        parts = {name: load_dataset(str(folder), name, split="train", cache_dir=cache) for name in names}
        everything = load_dataset(str(folder), split="train", cache_dir=cache)
        ids = [id_ for name in names for id_ in parts[name]["id"]]
        assert list(everything["id"]) == ids
        for name, rows in parts.items():
            found[name] = {"all": digest(row["text"].encode() for row in rows)}
    return found


READERS = {each.__name__: each for each in (megatron, nanotron, olmo, mds, levanter, huggingface)}

if __name__ == "__main__":
    print("\n" + json.dumps(READERS[sys.argv[1]](Path(sys.argv[2]).absolute())))
