"""Decontamination measured: recall on planted items, false alarms on real pages, beside two others; cost and memory.

Usage: `python bench/contamination.py [recall|clean|scale|hostile ...] [--shared ../shared/data] [--peer PYTHON]`, from
the repository. Items of four real evaluation sets are planted in real pages, changed in twelve ways. The others are
13-gram overlap as GPT-3 measured it (Brown et al. 2020, appendix C; words without case and punctuation) and datatrove's
n-gram filter (12-grams of the answer and of where question and answer meet; and with its `find_query_ngrams`), run with
PYTHON, an interpreter that has datatrove. Limits were set on paper; what they did to LSAT and SAT moved some of them
(a flagged page, too many items named), GSM8K and HumanEval moved none. Every clean page that is flagged is printed, to
be read; two sets of texts that are no evaluation, sentences and questions that pages ask, are tried as if they were.
"""

import argparse
import json
import random
import re
import resource
import string
import subprocess
import tempfile
import textwrap
import time
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from curate.contamination import EvalIndex, words

SETS = ("gsm8k_test", "agieval_lsat_lr", "humaneval", "agieval_sat_en")
MOVED_A_LIMIT = frozenset({"agieval_lsat_lr", "agieval_sat_en"})
PER_SET = 160
DATATROVE = "/nowhere/bin/python"
WORD = re.compile(r"\w+")


def rows(path):
    text = subprocess.run(["zstd", "-dcq", str(path)], check=True, capture_output=True).stdout.decode()
    return [json.loads(line) for line in text.split("\n") if line.strip()]


# How items are changed before they are planted. Each takes an item and a random generator; None where it cannot be.


def asked(item):
    return item.get("question") or item.get("prompt")


def whole(item, _rng=None):
    return "\n".join(part for part in (item.get("passage"), asked(item)) if part)


def light(item, rng):
    text = re.sub(r"[,;:.!?]", lambda mark: mark[0] if rng.random() < 0.5 else "", whole(item, rng))
    text = re.sub(r" ", lambda _: rng.choice(["\n", "  ", "\u00a0"]) if rng.random() < 0.1 else " ", text)
    return rng.choice([str.upper, str.lower, str])(text)


def typography(item, rng):
    """Curly quotes, dashes, Markdown, accents in pieces, ligatures, full width."""
    text = whole(item, rng).replace("'", "\u2019").replace(" - ", " \u2014 ").replace("fi", "\ufb01")
    text = unicodedata.normalize("NFD", text)
    text = " ".join(f"**{each}**" if rng.random() < 0.05 else each for each in text.split(" "))
    if rng.random() < 0.3:
        text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    return text


def edited(item, rng, share=0.06):
    vocabulary = "thing small river seven about quickly house green walked because number".split()
    out = []
    for each in whole(item, rng).split():
        change = rng.random() < share
        kind = rng.random() if change else 1
        out += [each] if not change else [] if kind < 0.2 else [each, rng.choice(vocabulary)] if kind < 0.4 else \
            [rng.choice(vocabulary)]  # fmt: skip
    return " ".join(out)


def much_edited(item, rng):
    return edited(item, rng, 0.12)


def first_half(item, rng):
    every = whole(item, rng).split()
    return " ".join(every[: max(13, len(every) // 2)]) if len(every) >= 20 else None


def translated(item, rng):
    """The punctuation of other languages."""
    table = str.maketrans({",": "\uff0c", ".": "\u3002", "?": "\uff1f", "!": "\uff01", '"': "\u00ab", ":": "\uff1a",
                           "(": "\uff08", ")": "\uff09", ";": "\uff1b"})  # fmt: skip
    return whole(item, rng).translate(table)


def wrapped(item, rng):
    return "\n".join("> " + line for line in textwrap.wrap(whole(item, rng), 58))


def html_list(item, rng):
    if not item.get("options"):
        return None
    marks = [re.sub(r"^\([A-E]\)", "", each) for each in item["options"]]
    return f"<p>{whole(item, rng)}</p>\n<ul>" + "".join(f"<li>{each}</li>\n" for each in marks) + "</ul>"


def renamed(item, rng):
    """Code with its function, arguments and variables renamed, as prompt and solution."""
    if "prompt" not in item:
        return None
    code = item["prompt"] + item["canonical_solution"]
    signatures = re.findall(r"def (\w+)\(([^)]*)\)", code)
    names = {name for name, _ in signatures}
    names |= {each.split(":")[0].split("=")[0].strip() for _, given in signatures for each in given.split(",")}
    names |= set(re.findall(r"\bfor (\w+)", code)) | set(re.findall(r"^\s+(\w+) = ", code, re.MULTILINE))
    fresh = {name: "".join(rng.choices(string.ascii_lowercase, k=5)) for name in sorted(names) if name}
    return re.sub(r"\w+", lambda word: fresh.get(word[0], word[0]), code)


KINDS = {
    "verbatim": whole, "light": light, "typography": typography, "6 % edited": edited, "12 % edited": much_edited,
    "question only": None, "of 8 to 12 words": None, "first half": first_half, "foreign marks": translated,
    "wrapped": wrapped, "HTML list": html_list, "renamed code": renamed,
}  # fmt: skip
WANTED = {"verbatim": 0.99, "light": 0.98, "6 % edited": 0.92, "question only": 0.95, "first half": 0.92}


def question_only(items, least=8, most=1 << 30):
    """Questions of so many words that no other item asks."""
    plain = {item["id"]: " ".join(WORD.findall(asked(item).lower())) for item in items}
    times = Counter(plain.values())

    def change(item, _rng):
        return (
            asked(item) if least <= len(plain[item["id"]].split()) <= most and times[plain[item["id"]]] == 1 else None
        )

    return change


def plants(sets, docs, rng):
    """(kind, set, ids that are right, text) of every planted page."""
    every = [item for items in sets.values() for item in items]
    kinds = KINDS | {"question only": question_only(every), "of 8 to 12 words": question_only(every, 8, 12)}
    passages = defaultdict(set)
    for item in every:
        passages[item.get("passage") or item["id"]].add(item["id"])
    for name, items in sets.items():
        for item in rng.sample(items, min(PER_SET, len(items))):
            for kind, change in kinds.items():
                if text := change(item, rng):
                    doc = rng.choice(docs)[:6000]
                    at = rng.randrange(len(doc) + 1)
                    page = f"{doc[:at]}\n{text}\n{doc[at:]}"
                    yield kind, name, passages[item.get("passage") or item["id"]], page


def gpt3_grams(text, size=13):
    every = WORD.findall(text.lower())
    return {" ".join(every[i : i + size]) for i in range(len(every) - size + 1)}


def datatrove(python, items, texts, queries):
    """Which texts datatrove flags, its CPU seconds for them and for its index."""
    with tempfile.TemporaryDirectory() as folder:
        given, pages = Path(folder, "items.json"), Path(folder, "texts.json")
        given.write_text(json.dumps(items))
        pages.write_text(json.dumps(texts))
        script = Path(__file__).with_name("datatrove_decont.py")
        done = subprocess.run([python, script, given, pages, queries], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def peers(options, sets, pages):
    """For each other tool: which pages it flags and CPU microseconds a page."""
    started = time.process_time()
    grams = set().union(*(gpt3_grams(whole(item)) for items in sets.values() for item in items))
    built = time.process_time()
    flagged = [not grams.isdisjoint(gpt3_grams(page)) for page in pages]
    yield "13-grams", flagged, (time.process_time() - built) / len(pages) * 1e6, built - started
    if not options.peer:
        print("no --peer: datatrove is not compared")
        return
    items = [(name, whole(item), "\n".join(item.get("options", [])) + (item.get("answer")
              or item.get("canonical_solution") or "")) for name, own in sets.items() for item in own]  # fmt: skip
    for title, queries in (("datatrove", "0"), ("datatrove, queries", "1")):
        said = datatrove(options.peer, items, pages, queries)
        yield title, said["flagged"], said["seconds"] / len(pages) * 1e6, said["build"]


def ours(index, pages):
    index.find(pages[0])
    started = time.process_time()
    found = [index.find(page) for page in pages]
    return found, (time.process_time() - started) / len(pages) * 1e6


def recall(options, sets, docs, index):
    rng = random.Random(18)
    planted = list(plants(sets, docs, rng))
    pages = [page for *_, page in planted]
    found, cost = ours(index, pages)
    columns = {"ours": [bool(each) for each in found]}
    columns["named"] = [
        any(m.item in right for m in each) for each, (_, _, right, _) in zip(found, planted, strict=True)
    ]
    only = [({m.item for m in each} <= right) for each, (_, _, right, _) in zip(found, planted, strict=True)]
    costs = {"ours": (cost, 0.0)}
    for title, flagged, each, built in peers(options, sets, pages):
        columns[title], costs[title] = flagged, (each, built)
    print(f"\n== recall: {len(pages):,} pages with one planted item each, of {sum(map(len, sets.values())):,} items")
    print(f"{'':16}{'n':>6}" + "".join(f"{title:>20}" for title in columns) + f"{'wanted':>8}")
    for kind in KINDS:
        rows_ = [at for at, (k, *_) in enumerate(planted) if k == kind]
        shares = "".join(f"{np.mean([column[at] for at in rows_]):20.3f}" for column in columns.values())
        print(f"{kind:16}{len(rows_):6}{shares}{WANTED.get(kind, ''):>8}")
    hits = [at for at, each in enumerate(found) if each]
    print(f"right item among those named: {np.mean([columns['named'][at] for at in hits]):.4f} of {len(hits):,} found; "
          f"nothing but it and what shares its passage: {np.mean([only[at] for at in hits]):.4f}")  # fmt: skip
    for name in SETS:
        shares = {kind: np.mean([columns["ours"][at] for at, (k, s, *_) in enumerate(planted) if (k, s) == (kind, name)]
                                or [np.nan]) for kind in KINDS}  # fmt: skip
        seen = "moved limits" if name in MOVED_A_LIMIT else "moved no limit"
        print(f"{name} ({seen}): " + ", ".join(f"{k} {v:.3f}" for k, v in shares.items() if v == v))
    print("CPU us a page: " + ", ".join(f"{title} {each:,.0f}" for title, (each, _) in costs.items()))
    show_missed(planted, found)


def show_missed(planted, found, most=8):
    missed = [(kind, name, page) for (kind, name, _, page), each in zip(planted, found, strict=True) if not each]
    for (kind, name), count in Counter((kind, name) for kind, name, _ in missed).most_common(most):
        print(f"missed {count} of {name}, {kind}")


def clean(options, sets, shards, index):
    for shard, pages in shards.items():
        found, cost = ours(index, pages)
        flags = {"ours": [bool(each) for each in found]}
        costs = {"ours": cost}
        for title, flagged, each, _ in peers(options, sets, pages):
            flags[title], costs[title] = flagged, each
        print(
            f"\n== {len(pages):,} texts of {shard}, {np.mean([len(page) for page in pages]):,.0f} characters on average"
        )
        for title, flagged in flags.items():
            print(f"{title:20} flags {sum(flagged):5} = {np.mean(flagged):.4f}, {costs[title]:8,.0f} us a text")
        for at, each in enumerate(found):
            if each:
                best = max(each, key=lambda match: match.score)
                print(f"flagged {at}: {best} {pages[at][max(0, best.start - 60) : best.end + 60]!r}")


def strangers(shared, docs, folder):
    """False alarms with 50,000 sentences that are no evaluation, as if they were: short ones, many languages."""
    sentences = [row["text"] for row in rows(shared / "labelled" / "language_sentences.jsonl.zst")]
    sentences += [row["a"] for row in rows(shared / "labelled" / "near_duplicate_pairs.jsonl.zst")]
    path = Path(folder, "sentences.jsonl")
    path.write_text("".join(json.dumps({"question": each}) + "\n" for each in sentences))
    index = EvalIndex.read([path])
    found, cost = ours(index, docs)
    print(f"\n== {len(sentences):,} sentences in 75 languages as questions: {sum(map(bool, found))} of {len(docs):,} "
          f"texts flagged, {cost:.0f} us a text")  # fmt: skip
    for page, each in zip(docs, found, strict=True):
        if each:
            print(f"flagged: {each[0]} {page[max(0, each[0].start - 60) : each[0].end + 60]!r}")


def short_questions(others, docs, folder):
    """Questions cut out of pages of another shard, as an evaluation: found by their length, and flagged where absent.

    These are what sites ask their readers, so more common than any evaluation's.
    """
    cut = re.compile(r"(?:^|(?<=[.!?\n] ))[A-Z][^.!?\n]{12,120}\?")
    questions = sorted({each.strip() for doc in others for each in cut.findall(doc) if each.isascii()})
    path = Path(folder, "questions.jsonl")
    path.write_text("".join(json.dumps({"id": at, "question": each}) + "\n" for at, each in enumerate(questions)))
    index, rng, told = EvalIndex.read([path]), random.Random(3), defaultdict(list)
    for at, question in enumerate(questions):
        doc = rng.choice(docs)[:6000]
        pages = (f"{doc}\n{text}\n{doc}" for text in (question, edited({"question": question}, rng)))
        size = len(WORD.findall(question.replace("'", "")))
        told[min(size, 13)].append([str(at) in {match.item for match in index.find(page)} for page in pages])
    found, _ = ours(index, docs)
    print(f"\n== {len(questions):,} questions that pages ask, planted: named by number of words (13: and more)")
    for size, said in sorted(told.items()):
        print(f"{size:3} words, {len(said):4}: verbatim {np.mean([a for a, _ in said]):.3f}, "
              f"6 % edited {np.mean([b for _, b in said]):.3f}")  # fmt: skip
    print(f"flagged of {len(docs):,} texts of the other shard: {sum(map(bool, found))}")
    for page, each in zip(docs, found, strict=True):
        if each:
            print(f"flagged: {each[0]} {page[max(0, each[0].start - 60) : each[0].end + 60]!r}")


def babble(docs, count, rng):
    """Words of real pages, then what a trigram chain of them makes, so that look-ups hit as with real sets."""
    following = defaultdict(list)
    every = [each for doc in docs for each in doc.split()]
    for a, b, c in zip(every, every[1:], every[2:], strict=False):
        following[a, b].append(c)
    pair, out = (every[0], every[1]), every[:count]
    while len(out) < count:
        options = following.get(pair)
        if not options or rng.random() < 0.02:
            at = rng.randrange(len(every) - 2)
            pair = (every[at], every[at + 1])
            continue
        pair = (pair[1], rng.choice(options))
        out.append(pair[1])
    return out


def scale(others, docs, folder):
    """Indexes of pages of another shard and of what a chain of their words makes, looked up for each of `docs`."""
    rng = random.Random(4)
    middle = len(docs) // 2
    median = sorted(docs, key=len)[middle - 100 : middle + 100]  # those nearest the median, of all languages and kinds
    longer = [doc[:3000] for doc in docs if len(doc) >= 3000]
    print(f"\n== cost: 200 texts about the median, {len(median[100]):,} characters; {len(longer):,} cut at 3,000")
    for target in (1_000, 100_000, 10_000_000):
        path = Path(folder, f"synthetic{target}.jsonl")
        made = babble(others, target + target // 60 * 3, rng)
        path.write_text("".join(json.dumps({"question": " ".join(made[at : at + 60])}) + "\n"
                                for at in range(0, len(made), 60)))  # fmt: skip
        del made
        started = time.process_time()
        index = EvalIndex.read([path])
        built = time.process_time() - started
        saved = Path(folder, f"synthetic{target}.index")
        index.save(saved)
        index = EvalIndex.open(saved)
        found, mean = ours(index, docs)
        _, at_median = ours(index, median)
        _, at_3000 = ours(index, longer)
        count, peak = len(index._arrays["entries"]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            f"{count:,} synthetic n-grams: built in {built:.1f} s of CPU, file {saved.stat().st_size / 1e6:.1f} MB, "
            f"peak of the process {peak / 1e3:,.0f} MB"
        )
        print(
            f"    median text {at_median:.1f} us, 3,000 characters {at_3000:.1f} us, mean of all texts {mean:.1f} us; "
            f"{sum(map(bool, found))} of {len(docs):,} texts flagged"
        )
        started = time.process_time()
        for text in median:
            words.words(text)
        cutting = (time.process_time() - started) / len(median) * 1e6
        print(f"    of the median text's time, {cutting:.1f} us are cutting it into words")


def hostile(sets, index):
    """Ten million characters of each kind on one line, and twice that: the cost must grow with the length only."""
    item = whole(sets["gsm8k_test"][0])
    passage = whole(sets["agieval_sat_en"][0])
    all_items = " ".join(whole(each) for own in sets.values() for each in own)
    four = " ".join(item.split()[:4])
    cases = {
        "one word": "a" * 1000, "spaces": " " * 1000, "NULs": "\0" * 1000, "lone surrogates": "\ud800\udfff a",
        "the same item": item + " ", "four words of an item": four + " ", "a long passage": passage + " ",
        "all items": all_items + " ", "marks inside": "e\u0301" * 500, "words of an item, shuffled": None,
    }  # fmt: skip
    rng = random.Random(2)
    print("\n== hostile: seconds of CPU for 10 and 20 million characters on one line, and matches")
    for name, unit in cases.items():
        said = []
        for size in (10_000_000, 20_000_000):
            text = " ".join(rng.choices(item.split(), k=size // 5)) if unit is None else unit * (size // len(unit) + 1)
            started = time.process_time()
            found = index.find(text[:size])
            said += [time.process_time() - started, len(found)]
        print(f"{name:28} {said[0]:7.2f} s {said[2]:7.2f} s  {said[1]:,} matches")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["recall", "clean", "scale", "hostile"])
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--peer", default="", help="a Python that has datatrove")
    options = parser.parse_args()
    sets = {name: rows(options.shared / "evals" / f"{name}.jsonl.zst") for name in SETS}
    values = rows(options.shared / "labelled" / "page_value.jsonl.zst")
    reference = rows(options.shared / "reference" / "reference_dev.jsonl.zst")
    shards = {
        "dev2, unseen by the table of common words": [row["text"] for row in values if row.get("shard") == "dev2"],
        "dev, which the table was made of": [row["text"] for row in reference],
    }
    docs = next(iter(shards.values()))
    index = EvalIndex.read([options.shared / "evals" / f"{name}.jsonl.zst" for name in SETS])
    with tempfile.TemporaryDirectory() as folder:
        for part in options.parts:
            if part == "recall":
                recall(options, sets, docs, index)
            elif part == "clean":
                clean(options, sets, shards, index)
                other = shards["dev, which the table was made of"]
                strangers(options.shared, other, folder)
                short_questions(other, docs, folder)
            elif part == "scale":
                gold = [row["gold_text"] or "" for row in rows(options.shared / "gold" / "wcxb.jsonl.zst")]
                scale([row["text"] for row in reference] + gold, docs, folder)
            elif part == "hostile":
                hostile(sets, index)
            else:
                parser.error(f"there is no part {part!r}")


if __name__ == "__main__":
    main()
