"""Toxicity with the shipped model: what is hateful, what only names people, and how a document's score is made."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from curate.classifiers import toxic_words, toxicity, toxicity_model
from curate.classifiers.fasttext_model import ModelError, ModelFile
from curate.classifiers.training import hate_phrases, phrase_cases

CALM = [
    "The library opens at nine and closes at six on weekdays.",
    "Bake the bread for forty minutes and let it cool before slicing.",
    "The committee published its annual report on water quality in the river.",
    "She scored twice in the second half and the team won three to one.",
]
HATEFUL = [
    "These people are vermin and every one of them deserves to die.",
    "Shut up you stupid worthless idiot, nobody wants you here.",
    "All those immigrants are filthy parasites and should be thrown into the sea.",
    "You are a disgusting pig and I hope somebody beats you up.",
]
CALM_ABOUT_GROUPS = [
    "Our {} neighbours brought soup when my mother was ill.",
    "The {} teacher explained the rules of chess to the children.",
    "A new museum tells the history of {} families in the city.",
    "As a {} student she found the first year hard but made good friends.",
]
GROUPS = [
    "Muslim",
    "Jewish",
    "Christian",
    "gay",
    "lesbian",
    "transgender",
    "black",
    "white",
    "Mexican",
    "Chinese",
    "deaf",
    "blind",
    "elderly",
    "female",
]


def test_hatred_in_mild_words_scores_above_calm() -> None:
    """Every hateful sentence scores above every calm one, with the limit between them."""
    calm, hateful = toxicity.score(CALM), toxicity.score(HATEFUL)
    assert calm.max() < 0.5
    assert hateful.min() >= toxicity.MAX_TOXICITY


@pytest.mark.parametrize("group", GROUPS)
def test_naming_a_group_is_not_toxic(group: str) -> None:
    """A calm sentence is kept whoever it is about."""
    assert toxicity.score([pattern.format(group) for pattern in CALM_ABOUT_GROUPS]).max() < toxicity.MAX_TOXICITY


def test_groups_are_treated_alike() -> None:
    """The same sentence scores the same for every listed group."""
    for pattern in (*CALM_ABOUT_GROUPS, "All {} people are stupid and should be shot."):
        assert len(set(toxicity.score([pattern.format(group) for group in GROUPS]).tolist())) == 1


def test_a_long_document_is_not_judged_by_one_sentence() -> None:
    """One hateful sentence in a hundred calm ones is a quotation; thirty are a hate page."""
    calm = [f"{sentence[:-1]} again in week {number}." for number in range(25) for sentence in CALM]
    quoting = " ".join([*calm[:20], HATEFUL[0], *calm[20:70]])
    raving = " ".join(sentence for pair in zip(calm, HATEFUL * 8, strict=False) for sentence in pair)
    quoted, raved = toxicity.score([quoting, raving])
    assert quoted < toxicity.MAX_TOXICITY <= raved


def test_a_page_comes_to_the_larger_of_two_soft_means() -> None:
    """From -1, seven fifths of it, or from 5 above the middle: by hand, with four calm ones and half of the worst."""
    soft = lambda value: np.log1p(np.exp(value))  # noqa: E731
    odds = np.full((3, 6), -8.0)
    odds[0, 0] = -1.0  # the middle is -8, so the second count is from -2.5: 1.5 for this sentence, -5.5 for the others
    assert toxicity.page_mean(odds) == pytest.approx((0.5 * soft(1.5) + 2 * soft(-5.5)) / 7)
    odds[:, 0] = 2.0  # where all are alike the second count is from 1 at most, and the first count is the larger
    alike = 1.4 * 2.5 * soft(3) / 7
    assert toxicity.page_mean(odds) == pytest.approx(alike)
    odds[:, 0] = 300.0  # a sentence counts for as much as 2 does
    assert toxicity.page_mean(odds) == pytest.approx(alike)
    assert toxicity.page_mean(odds[:0]) == 0.0


def test_words_in_disguise_are_read_as_what_they_are() -> None:
    """Marks and digits for letters, and coarse stems in longer words; numbers and units are no disguise."""
    names = dict(enumerate(toxic_words.NAMES, 1))
    text = "sh1t b!tch a$$ n1gger fuckwits dumbfuck shitake potholes custard mp3 h2o 4chan"
    found = toxicity_model.read(text)
    kinds = [
        (text[start:end], names.get(int(group), ""))
        for start, end, group in zip(found.begin, found.end, found.group, strict=True)
    ]
    assert kinds[:6] == [
        ("sh1t", "swear"), ("b!tch", "whore"), ("a$$", "swear"), ("n1gger", "slur"), ("fuckwits", "oath"),
        ("dumbfuck", "oath"),
    ]  # fmt: skip
    assert all(not kind for _, kind in kinds[6:])


def test_a_claim_is_hate_and_its_denial_is_not() -> None:
    """Every phrase said of a group is taught as hate where it is asserted and as calm where it is denied."""
    kinds = {text.lower(): kinds for kinds, text in phrase_cases.phrase_sentences()}
    assert len(kinds) > 4000
    assert {frozenset(kinds[text]) for text in kinds if text.startswith("it is a lie that")} == {frozenset()}
    claims = [line for line in hate_phrases.CLAIMS.split("\n") if line]
    asserted = [
        kinds[text] for text in kinds for claim in claims[:5] if text.startswith("everybody knows") and claim in text
    ]
    assert set(asserted) <= {frozenset({"hate"})}


def test_sentences_are_joined_cut_and_read_without_addresses() -> None:
    """Short sentences are read together, endless ones in pieces; menus, addresses and accounts are left out."""
    assert np.diff(toxicity_model.read("One two three. Four five six. Seven eight nine ten.").chunks).tolist() == [10]
    assert np.diff(toxicity_model.read("so it goes " * 30).chunks).tolist() == [32, 32, 26]
    text = "Home\nTop News\nRT @some_one12: see http://t.co/a8?x=1 &amp; gay men here"
    found = toxicity_model.read(text)
    read = [text[start:end] for start, end in zip(found.begin, found.end, strict=True)]
    assert read == ["see", "gay men", "here"]


KEPT = {
    "a history that quotes": "The propaganda of the 1930s was everywhere. Posters said that Jews were vermin. Schools "
    "taught it to children. Historians have described how such lies prepared the crimes that followed. Millions of "
    "people were deported and murdered. The museum shows the posters beside the letters of those who were killed.",
    "a court report": "The court heard that the defendant shouted slurs at two women. He was convicted of assault and "
    "sentenced to two years in prison. The prosecutor said he had threatened to kill them. The victims thanked the "
    "police after the trial. His lawyer announced an appeal.",
    "sexual education": "The clinic explains how to use a condom. Questions about the penis and the vagina are normal "
    "in puberty. Your doctor will answer them. Consent means that both people agree. Infections can be treated early.",
    "a burger review": "This burger is fucking delicious. Holy shit, the fries were great too. I would eat here every "
    "damn day. The queue was long but who gives a crap. Five stars from me, and the sauce kicks ass.",
    "reclaimed words": "I'm queer and proud of it. My friends call me a dyke with love and I call them the same. We "
    "march every June. It is our word now. The parade ends in the old park with music and cake.",
    "identity mentions": "Muslims and Jews opened a bakery on our street. Black women won the election last year. A "
    "gay teacher leads the choir. Immigrants own many of the shops here. We all celebrated.",
    "counter-speech": "It is not true that immigrants commit most of the crime. Saying so is hateful. Nobody should "
    "call refugees parasites. People who hate foreigners are wrong. We support our neighbours and always will.",
}


@pytest.mark.parametrize("page", KEPT)
def test_what_only_mentions_is_kept(page: str) -> None:
    """Quotation, report, education, swearing at no one, reclaimed words and names of groups do not drop a page."""
    assert toxicity.score([KEPT[page]])[0] < toxicity.MAX_TOXICITY


def test_polite_hate_is_found() -> None:
    """An attack on a group needs no swear word."""
    text = "With all respect, immigrants should not be allowed to vote. They should go back to their own country."
    assert toxicity.score([text])[0] >= toxicity.MAX_TOXICITY


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("hate", "Muslims are vermin and should all be thrown out of our country."),
        ("threat", "I will kill you tonight and your family too."),
        ("insult", "You are a stupid worthless idiot, shut up."),
        ("obscene", "Holy shit, that game was fucking good!"),
        ("explicit", "Watch free hardcore porn videos of milf getting naked online."),
    ],
)
def test_details_say_which_kind_and_where(kind: str, text: str) -> None:
    """Each kind is counted apart, with its share and the character its worst sentence begins at."""
    calm = "The library opens at nine on weekdays."
    found = toxicity.details([f"{calm} {text}", calm])
    assert found[f"{kind}_count"].tolist() == [1, 0]
    assert found[kind].tolist() == [0.5, 0.0]
    assert found[f"{kind}_place"].tolist() == [len(calm) + 1, -1]
    assert found["score"].tolist() == toxicity.score([f"{calm} {text}", calm]).tolist()


def test_the_shipped_model_is_the_one_its_digest_names() -> None:
    """The model has its digest in the table and in its card."""
    path = Path(toxicity.MODEL.path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == toxicity.MODEL.sha256
    assert toxicity.MODEL.sha256 in path.with_suffix(".md").read_text(encoding="utf-8")


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    """A file of another kind or digest is never used."""
    (tmp_path / "m.npz").write_bytes(b"no model")
    for digest in ("", "0" * 64):
        with pytest.raises(ModelError, match=r"m\.npz"):
            toxicity.score(["a text"], model=ModelFile(str(tmp_path / "m.npz"), digest))


@pytest.mark.parametrize(
    "text",
    ["", "\n", "...", "a", "\ud800", "\0", "x" * 10_000_000, "</s>", "no. " * 100_000, "'" * 100_000, "&" * 100_000],
)
def test_score_is_total(text: str) -> None:
    """Any text has a score in [0, 1], and a text without words has 0."""
    (score,) = toxicity.score([text])
    assert 0.0 <= score <= 1.0
    assert score == 0.0 or any(character.isalpha() for character in text)


def test_scores_do_not_depend_on_the_batch() -> None:
    """A text scores the same alone and among others; an empty batch has an empty result."""
    texts = [*CALM, "", *HATEFUL]
    together = toxicity.score(texts)
    assert together.dtype == np.float32
    assert together.tolist() == [float(toxicity.score([text])[0]) for text in texts]
    assert toxicity.score([]).shape == (0,)


def test_a_string_is_not_a_list_of_texts() -> None:
    """A forgotten bracket is an error, not one score per letter."""
    with pytest.raises(TypeError, match="pass \\[text\\]"):
        toxicity.score("some text")
