"""datatrove's n-gram decontamination over a file of texts; run by bench/contamination.py with datatrove's interpreter.

Usage: `python datatrove_decont.py ITEMS TEXTS QUERIES`: JSON files of [evaluation, question, answer] and of texts;
QUERIES is 1 to index the questions as well, which is off by default. The index is made by the indexer's own
`compute_hashes`, since its `run` fetches tasks from the network. Prints CPU seconds and which texts were flagged.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path
from time import process_time

import numpy as np
from datatrove.data import Document
from datatrove.pipeline.decont import NGramsDecontConfig, NGramsDecontFilter
from datatrove.pipeline.decont.n_grams import NGramsDecontIndexer
from datatrove.utils.hashing import create_hash_func
from datatrove.utils.word_tokenizers import load_word_tokenizer

items, texts, queries = sys.argv[1:]
items, texts = json.loads(Path(items).read_text()), json.loads(Path(texts).read_text())
config = NGramsDecontConfig(find_query_ngrams=queries == "1")
started = process_time()
indexer = object.__new__(NGramsDecontIndexer)  # its constructor asks for lighteval, which only `run` needs
indexer.config, indexer.tokenizer = config, load_word_tokenizer("en")
indexer.hash_func = create_hash_func(config.hash_config)
hashes = defaultdict(set)
for task, question, answer in items:
    hashes[task].update(indexer.compute_hashes(answer, question))
built = process_time()
check = NGramsDecontFilter("/nowhere", config=config, language="en")
check._index_hashes = {int(np.uint64(each)): task for task, own in hashes.items() for each in own}
check.tokenizer.word_tokenize("The tokenizer loads its model at the first text.")
loaded = process_time()
flagged = [check.filter(Document(text=text, id=str(at))) is not True for at, text in enumerate(texts)]
print(json.dumps({"build": built - started, "seconds": process_time() - loaded, "flagged": flagged}))
