"""The index of evaluation items: what it reads, what it finds and what it leaves alone."""

import gzip
import json
import pickle
import random
import re
import unicodedata

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.contamination import EvalIndex, Match
from curate.contamination.words import bounds, words
from curate.errors import UsageError

QUESTION = "Mirela stacks 14 crates of plums on each of 6 carts; how many crates are left after 9 carts roll away?"
SHORT = "Which lighthouse keeper invented the folding barometer?"
PASSAGE = (
    "The ferry crossed the sound twice a day, and old Henrik counted the gulls that followed it, because his brother "
    "had once told him that a missing gull foretold a storm. In all the years of his counting he never saw fewer than "
    "eleven, and in all those years no storm had kept the ferry from the quay."
)
PAGE = (
    "We opened the shop in spring and sold what the garden gave us. Most visitors came by bicycle along the canal, and "
    "some of them stayed for tea. In the evening we swept the yard and talked about the next day.\n"
)
MOULD = "Which of the following is an assumption required by the argument?"


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Items of several shapes, in one file."""
    items = [
        {"id": "sum/1", "question": QUESTION, "answer": "She has 14 times 6 crates, which makes 84 crates of plums."},
        {"id": "trivia/1", "prompt": SHORT},
        {"id": 7, "passage": PASSAGE, "question": "How many gulls at least did Henrik count on each crossing?"},
        {"id": 8, "passage": PASSAGE, "question": "What did the brother of Henrik say that a missing gull foretold?"},
        *({"id": f"mould/{i}", "question": MOULD, "passage": f"{word.title()} trade fell by half when the {word} mill "
           f"of the {word} valley closed its {word} looms, so {word} prices must rise."}
          for i, word in enumerate(["linen", "hemp", "cotton", "silk"])),
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("evals") / "mixed.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return EvalIndex.read([path])


def items(matches):
    return {match.item for match in matches}


def planted(text):
    return PAGE + text + "\n" + PAGE


def test_an_item_is_found_where_it_stands(index):
    """Evaluation, id and field are named, and the span is the question."""
    text = planted(QUESTION)
    (match,) = index.find(text)
    assert match == Match("mixed", "sum/1", "question", len(PAGE), len(PAGE) + len(QUESTION) - 1, 1.0)


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda text: text.replace(" ", "\n> "),
        lambda text: text.replace(";", "\uff1b").replace("?", "\uff1f"),
        lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
        lambda text: " ".join(f"**{word}**" for word in text.split()),
        lambda text: re.sub(r"[^\w\s]", "", text),
        lambda text: text.replace("i", "i\u0301"),
    ],
    ids=["case", "wrapped", "marks", "full width", "markdown", "no marks", "accents"],
)
@pytest.mark.parametrize("question", [QUESTION, SHORT], ids=["long", "short"])
def test_how_it_is_written_does_not_matter(index, change, question):
    """Case, white space, marks, Markdown, width and accents hide nothing."""
    assert len(items(index.find(planted(change(question))))) == 1


def test_a_few_changed_words_do_not_hide_an_item(index):
    """Two words of twenty are replaced, one is left out, one put in."""
    changed = QUESTION.replace("plums", "figs").replace("roll", "drift")
    assert items(index.find(planted(changed))) == {"sum/1"}
    assert items(index.find(planted(QUESTION.replace(" left", "").replace("after", "right after")))) == {"sum/1"}


def test_half_an_item_is_found_and_a_fifth_is_not(index):
    """A part of a question counts from about half on; of a long passage a few sentences do."""
    every = QUESTION.split()
    assert items(index.find(planted(" ".join(every[: len(every) * 2 // 3])))) == {"sum/1"}
    assert index.find(planted(" ".join(every[:4]))) == []
    assert items(index.find(planted(PASSAGE[: len(PASSAGE) // 2]))) == {"7", "8"}


def test_who_shares_a_passage_is_named(index):
    """Both items of a passage are named, each with its own question where that is there too."""
    found = index.find(planted(PASSAGE + "\nHow many gulls at least did Henrik count on each crossing?"))
    assert {(match.item, match.field) for match in found} == {("7", "passage"), ("8", "passage"), ("7", "question")}


def test_a_shared_question_does_not_count_by_itself(index):
    """What four items ask is a phrase; near its passage it is named for that item alone."""
    assert index.find(planted(MOULD)) == []
    passage = (
        "Silk trade fell by half when the silk mill of the silk valley closed its silk looms, so silk prices must rise."
    )
    found = index.find(planted(f"{passage}\n{MOULD}"))
    assert {(match.item, match.field) for match in found} == {("mould/3", "passage"), ("mould/3", "question")}


def test_an_answer_counts_near_its_question_only(index):
    """Alone or far away it is left alone."""
    answer = "She has 14 times 6 crates, which makes 84 crates of plums."
    assert index.find(planted(answer)) == []
    assert {match.field for match in index.find(planted(f"{QUESTION} {answer}"))} == {"question", "answer"}
    assert {match.field for match in index.find(planted(QUESTION) + PAGE * 20 + answer)} == {"question"}


def test_pages_like_an_item_are_left_alone(index):
    """The subject, the words in another order, and a question of the same build are no contamination."""
    shuffled = QUESTION.split()
    random.Random(3).shuffle(shuffled)
    for text in (PAGE, " ".join(shuffled), "How many crates of plums are left on the carts?",
                 "Which lighthouse keeper painted the northern tower?", "Henrik counted the gulls."):  # fmt: skip
        assert index.find(planted(text)) == []


def test_each_file_kind_is_read(tmp_path):
    """One item written six ways is found from each, with its `id` or its file and line."""
    row = {"id": "a1", "nested": {"deep": ["x", {"question": QUESTION}]}}
    (tmp_path / "one.jsonl").write_text("\n" + json.dumps(row) + "\n")
    (tmp_path / "two.jsonl.gz").write_bytes(gzip.compress(json.dumps(row).encode()))
    with pa.output_stream(tmp_path / "three.jsonl.zst", compression="zstd") as stream:
        stream.write(json.dumps(row).encode())
    pq.write_table(pa.Table.from_pylist([row | {"nested": {"question": [QUESTION]}}]), tmp_path / "four.parquet")
    (tmp_path / "five.csv").write_text(f'question,answer\nother,"b"\n"{QUESTION}",4\n')
    (tmp_path / "six.txt").write_text(f"Something else.\n\n{QUESTION}\n")
    (tmp_path / "seven.json").write_text(json.dumps({"data": [row]}))
    (tmp_path / "notes.bin").write_bytes(b"\0")
    found = {(match.eval, match.item, match.field) for match in EvalIndex.read([tmp_path]).find(QUESTION)}
    assert found == {
        ("one", "a1", "nested.deep[1].question"), ("two", "a1", "nested.deep[1].question"),
        ("three", "a1", "nested.deep[1].question"), ("four", "a1", "nested.question[0]"),
        ("five", "five.csv:3", "question"), ("six", "six.txt:3", "text"), ("seven", "a1", "nested.deep[1].question"),
    }  # fmt: skip


def test_an_item_in_two_evaluations_is_named_in_both(tmp_path):
    """Files of one name are told apart by their folders."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "test.jsonl").write_text(json.dumps({"id": 1, "question": QUESTION}))
    index = EvalIndex.read([tmp_path / "a" / "test.jsonl", tmp_path / "b" / "test.jsonl"])
    assert {match.eval for match in index.find(QUESTION)} == {"a/test", "b/test"}
    assert index.items == {"a/test": 1, "b/test": 1}


@pytest.mark.parametrize(
    ("name", "content"),
    [("bad.jsonl", b'{"id": 1\n'), ("deep.jsonl", b"[" * 200_000), ("no.parquet", b"PAR"), ("what.exe", b"MZ"),
     ("cut.jsonl.gz", b"\x1f\x8b\x08\0")],
    ids=["json", "deep", "parquet", "kind", "gzip"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_the_users_to_mend(tmp_path, name, content):
    """One line names the file."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(name)):
        EvalIndex.read([tmp_path / name])
    with pytest.raises(UsageError, match="missing"):
        EvalIndex.read([tmp_path / "missing.jsonl"])


def test_files_without_items_find_nothing(tmp_path):
    """Nothing, blank lines and items of numbers are no items, and no error in a folder of other files."""
    (tmp_path / "none.jsonl").write_text('\n{"id": 3, "value": 4}\n[]\n""\n')
    assert EvalIndex.read([tmp_path]).find(QUESTION) == []
    with pytest.raises(UsageError, match="holds no item with a text"):
        EvalIndex.read([tmp_path / "none.jsonl"])


def test_what_is_saved_finds_the_same(index, tmp_path):
    """An index in a file, mapped or sent to another process by its path, answers as the one it was made from."""
    index.save(tmp_path / "saved.index")
    mapped = EvalIndex.open(tmp_path / "saved.index")
    sent = pickle.loads(pickle.dumps(mapped))
    text = planted(QUESTION) + PASSAGE
    assert index.find(text) == mapped.find(text) == sent.find(text) != []
    assert len(pickle.dumps(mapped)) < 1000
    assert mapped.items == index.items
    (tmp_path / "other.index").write_bytes(b"something else")
    with pytest.raises(UsageError, match=r"other\.index"):
        EvalIndex.open(tmp_path / "other.index")


def test_the_order_of_files_changes_no_match(tmp_path):
    """What is found depends on the items alone."""
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": 1, "question": QUESTION}))
    (tmp_path / "b.jsonl").write_text(json.dumps({"id": 1, "question": QUESTION + " Say why."}))
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    assert EvalIndex.read(paths).find(planted(QUESTION)) == EvalIndex.read(paths[::-1]).find(planted(QUESTION))


PIECES = st.sampled_from(
    [QUESTION, PASSAGE, "\ud800", "\0", "ﬁ½㍿각", "e\u0301", " ", "\n", ".", "3.", "日本語", "'", "x" * 50]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=12))
def test_any_text_has_an_answer_and_spans_lie_in_it(index, parts):
    """Spans hold words, scores are shares, and asking again gives the same."""
    text = "".join(parts)
    found = index.find(text)
    assert all(0 <= match.start < match.end <= len(text) and 0 < match.score <= 1 for match in found)
    assert found == index.find(text)


@given(st.text(), st.text())
def test_an_item_is_found_among_any_other_text(index, before, after):
    """What stands around it on other lines hides nothing."""
    assert "sum/1" in items(index.find(f"{before}\n{QUESTION}\n{after}"))


def test_a_long_hostile_text_is_gone_through_once(index):
    """Millions of characters of what an item begins with, of the item itself, and of one word."""
    assert index.find("Mirela stacks 14 crates " * 50_000) == []
    assert index.find("a" * 2_000_000) == []
    assert len(index.find((QUESTION + " ") * 5_000)) >= 2_500


def reference_words(text):
    """Words by regular expressions on the folded text: an independent way to the same words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = "".join(
        c for c in unicodedata.normalize("NFKD", folded) if unicodedata.category(c) not in ("Mn", "Me", "Cf")
    )
    folded = re.sub(r"(?<=[0-9])[.,](?=[0-9])", "", folded)
    folded = re.sub(r"['’‘`´]", "", folded)
    return re.findall(r"[^\W_]+", folded)


@given(st.text(alphabet=st.sampled_from("abzAZéßﬁœ019 ,.'’-_*\n¿Ⅷｆ%ñАжš"), max_size=60))
def test_words_are_those_of_the_reference(text):
    """Equal words hash equal, others do not, and there are as many bounds as words."""
    wanted = reference_words(text)
    found = words(text)
    assert len(found) == len(wanted) == len(bounds(text)[0])
    alone = [words(word)[0] for word in wanted]
    assert found.tolist() == alone
