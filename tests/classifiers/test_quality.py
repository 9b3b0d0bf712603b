"""The value model that ships, by texts written for the purpose, and the rule that keeps a little of everything."""

from pathlib import Path

import numpy as np
import pytest

from curate.classifiers import quality, value_model
from curate.classifiers.fasttext_model import ModelError, ModelFile
from curate.classifiers.training.value_examples import shuffled

# Of about 100 words each. What is good is in kinds that a judge of one taste would lose.
GOOD = {
    "textbook": (
        "When a force acts on a body for a time, it changes the body's momentum by an amount equal to "
        "the product of the force and that time. This product is called the impulse. Consider a ball of "
        "mass m that strikes a wall at speed v and rebounds at the same speed. Its momentum changes by "
        "2mv, and so the wall must have exerted an average force of 2mv divided by the time of contact. "
        "The shorter the contact, the greater the force; this is why a cushioned landing hurts less than"
        " a hard one, although the change in momentum is the same in both cases."
    ),
    "news": (
        "The city council voted 7 to 2 on Tuesday night to close two branch libraries by the end of next"
        " year, a step that officials said would save about $1.4 million. More than sixty residents "
        "spoke during a public hearing that lasted until midnight, most of them against the plan. "
        "Councilwoman Ruth Adeyemi, who voted no, said the branches served neighbourhoods without "
        "reliable internet access. The mayor's office said a bookmobile would visit both areas twice a "
        "week. A final decision on the fate of the buildings is expected in March, after an appraisal."
    ),
    "abstract": (
        "We examined whether short daily walks reduce blood pressure in adults with mild hypertension. "
        "In a randomised trial, 184 participants were assigned either to thirty minutes of brisk walking"
        " on five days a week or to their usual activity for twelve weeks. Systolic pressure fell by 5.1"
        " mmHg in the walking group and by 0.8 mmHg among controls (difference 4.3, 95% CI 2.1 to 6.5). "
        "The effect did not depend on age or sex, and adherence was high. These results suggest that a "
        "modest amount of exercise, which needs no equipment, can be recommended before medication is "
        "considered."
    ),
    "recipe": (
        "Lentil soup with lemon. Rinse 250 g of red lentils and drain them well. Heat two tablespoons of"
        " olive oil in a heavy pot, add a chopped onion and two cloves of garlic, and cook them gently "
        "until they are soft but not brown. Stir in a teaspoon of cumin and let it toast for a minute. "
        "Add the lentils and a litre of stock, bring everything to the boil, then simmer for twenty-five"
        " minutes, skimming off the foam. Blend half of the soup, return it to the pot, and season with "
        "salt and the juice of a lemon. If it seems too thick, thin it with a little hot water before "
        "you serve it."
    ),
    "fiction": (
        "By the time Maren reached the harbour the boats had gone, all but her uncle's, which lay on its"
        " side in the mud like something that had given up. She set down the lamp. Nobody had told her "
        "that the tide would be so far out, or that the old man would be sitting there, mending the same"
        ' net he had been mending when she left nine years before. "You took your time," he said, '
        "without looking up. She had prepared an answer to that on the train, a good one, and now she "
        "could not remember a word of it."
    ),
    "api page": (
        "The open function returns a file object and takes two arguments: the path of the file and the "
        'mode in which it is opened. The mode is a string that describes how the file will be used: "r" '
        'when it will only be read, "w" for writing (an existing file with the same name is erased), and'
        ' "a" for appending. If the file cannot be opened, an OSError is raised. It is good practice to '
        "use the with keyword, because the file is then closed properly even when an exception occurs. "
        'For example:\n\nwith open("notes.txt") as f:\n    data = f.read()\n\nIf you do not use with, call '
        "f.close() yourself to free the resources the file has taken up."
    ),
    "court opinion": (
        "The appellant contends that the trial court erred in admitting the statement he made to Officer"
        " Reyes before he had been advised of his rights. We disagree. The record shows that the "
        "appellant approached the officer on his own initiative, that he was not restrained, and that no"
        " question had been put to him when he spoke. A statement volunteered in such circumstances is "
        "not the product of custodial interrogation, and nothing in our earlier decisions requires that "
        "it be suppressed. The remaining assignments of error were not preserved for review, since "
        "counsel made no objection at trial. The judgment of the district court is therefore affirmed."
    ),
    "dialect": (
        "Ma granda aye telt us that ye cannae judge a man by the boots he wears, and I never kent what "
        "he meant till the winter the mill shut. There was a fella came roon the doors sellin kindlin, a"
        " wee man wi a limp, and folk wouldnae gie him the time o day. But he mended auld Mrs Baird's "
        "roof for naethin, and sat wi her when she was poorly, and no a soul asked him tae. When he "
        "dee'd the hale street stood oot in the rain for him. I mind thinkin then, aye, that's whit the "
        "auld yin was on aboot."
    ),
    "non-native essay": (
        "In my country many young people want to leave the village and go to live in the big city. I "
        "think there are two reasons for this situation. First, in the village there is not enough work,"
        " and the salary what you get is very low, so it is difficult to make a family. Second, in the "
        "city you can find the university and also the cinemas and other places for enjoy the free time."
        " But I think they forget one important thing. When I was child, all the neighbours was helping "
        "my mother when she was ill, and nobody asked money for that. In the city I don't know the name "
        "of the person who lives in front of my door."
    ),
}
JUNK = {
    "word salad": (
        "table green of running the because mountain quietly six under paper was it floor sing although "
        "bread the when of carefully blue and window to engine she lamp over never a by horse into "
        "slowly the their of river if music stone and three with yellow behind it were garden the for "
        "moon wheel from to a slept beside sugar on that of door walked and bright under the letters is "
        "nor rain by chair as to ocean of the whispered seven in cloud on what glass the those and at"
    ),
    "machine-translated gibberish": (
        "The quality of product it is of very superior and our enterprise possess strong technique "
        "power, the customer of inside and outside country is receive deeply welcome. The machine "
        "adoption advanced of the numeral control, operate is simple convenience, the maintenance also "
        "very the convenience. Our factory persist in the quality is existence, the reputation is "
        "develop of objective, warmly welcome the new old customer come to letter come electricity to "
        "talk business, together create the brilliant of tomorrow. Goods deliver the time fast, price "
        "the favourable, after sell the service is perfect and let you have no the worry behind."
    ),
    "SEO spam": (
        "Looking for the best cheap car insurance quotes online? Our best cheap car insurance quotes "
        "online service helps you find cheap car insurance quotes fast. Cheap car insurance quotes are "
        "easy to get when you compare cheap car insurance quotes online with the best cheap car "
        "insurance company near you. Click here for cheap car insurance quotes today! Best car "
        "insurance, low cost car insurance, affordable auto insurance quotes, cheap auto insurance near "
        "me, free insurance quotes online. Do not wait, get your best cheap car insurance quotes online "
        "now and save big on cheap car insurance!"
    ),
    "casino guide": (
        "Welcome to the top online casino guide for 2024! Play the best online slots and win real money "
        "with the biggest welcome bonus. Our top rated online casino sites offer 200% deposit bonus, 100"
        " free spins and fast payouts. Whether you love slots, blackjack, roulette or live dealer games,"
        " the best casino sites have it all. Sign up today, claim your no deposit bonus and start "
        "winning big! All casinos on our list are licensed and secure. Enjoy mobile casino games "
        "anytime, anywhere. Play now and get your exclusive bonus code. 18+ Terms and conditions apply. "
        "Gamble responsibly."
    ),
}
LONG = {name: f"{text}\n{text[: len(text) // 2]}" for name, text in GOOD.items()}
ADVERTISEMENT = "Hurry, our summer sale ends on Sunday: 30% off all garden furniture!\n"


def test_every_good_kind_scores_above_every_kind_of_junk() -> None:
    """A textbook, news, an abstract, a recipe, fiction, API pages, opinions of courts, dialect, learners' English."""
    good = dict(zip(GOOD, quality.score(list(GOOD.values())), strict=True))
    junk = dict(zip(JUNK, quality.score(list(JUNK.values())), strict=True))
    assert min(good.values()) > max(junk.values()), (good, junk)


@pytest.mark.parametrize("name", sorted(set(GOOD) - {"api page", "dialect"}))
def test_words_in_no_order_cost_a_text_its_place(name: str) -> None:
    """The same words, shuffled, score lower by far."""
    before, after = quality.score([LONG[name], shuffled(LONG[name])])
    assert after < before - 0.1


def test_an_advertising_line_hardly_moves_the_score() -> None:
    """A line in front that the reader skips is no judgement on the text."""
    texts = list(LONG.values())
    moved = quality.score([ADVERTISEMENT + text for text in texts]) - quality.score(texts)
    assert abs(moved.mean()) < 0.1


def _markdown(text: str) -> str:
    return "# " + text.replace(". ", ". **", 1).replace(", ", "**, ", 1).replace("\n", "\n\n")


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda t: t.replace("'", "’").replace('"', "“"), _markdown])
def test_typesetting_does_not_move_the_score(change) -> None:
    """Case, the shape of quotes and Markdown's marks are invisible to the model, but for the characters they take."""
    texts = list(GOOD.values())
    assert np.abs(quality.score([change(text) for text in texts]) - quality.score(texts)).max() < 0.03


@pytest.mark.parametrize(
    "text",
    ["", "\n", "...", "a", "7", "\ud800", "\0", "x" * 3_000_000, "1.2.3" * 100_000, "日本語", "- " * 50_000, "|\n" * 9],
)
def test_score_is_total(text: str) -> None:
    """Any text has a score in [0, 1]; one without anything to read has 0."""
    (score,) = quality.score([text])
    assert 0.0 <= score <= 1.0
    assert score == 0.0 or text.strip()


def test_scores_do_not_depend_on_the_batch() -> None:
    """A text scores the same alone and among others, and is rounded; an empty batch has an empty result."""
    texts = [*GOOD.values(), "", *JUNK.values()]
    together = quality.score(texts)
    assert together.dtype == np.float32
    assert together.tolist() == [float(quality.score([text])[0]) for text in reversed(texts)][::-1]
    assert together.tolist() == [float(np.float32(round(float(each), 4))) for each in together]
    assert quality.score([]).shape == (0,)


def test_a_string_is_not_a_list_of_texts() -> None:
    """A forgotten bracket is an error, not one score per letter."""
    with pytest.raises(TypeError, match="pass \\[text\\]"):
        quality.score("some text")


def test_what_is_read_is_bounded() -> None:
    """A text of ten million characters is read in three places, so what stands between them does not matter."""
    head, tail = GOOD["fiction"] * 20, GOOD["news"] * 20
    assert quality.score([head + "x y " * 10_000 + tail]) == quality.score([head + "x y " * 10_000 + tail])
    slots = value_model.measure(head * 500, value_model.room_for_slots()).slots
    assert len(slots) < 6 * 10_000


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    """Flipped, cut, or of other shapes: a line that names the file, and no numbers from it."""
    content = Path(quality.MODEL.path).read_bytes()
    for name, bad in (
        ("cut.npz", content[:-100]),
        ("none.npz", b""),
        ("flip.npz", content[:5000] + b"\0" + content[5001:]),
    ):
        path = tmp_path / name
        path.write_bytes(bad)
        with pytest.raises(ModelError, match=name):
            value_model.load(ModelFile(str(path), quality.MODEL.sha256))
    small = tmp_path / "small.npz"
    with np.load(quality.MODEL.path) as arrays:
        np.savez_compressed(small, **{**arrays, "pulls": arrays["pulls"][:-1]})
    with pytest.raises(ModelError, match="pulls"):
        value_model.load(ModelFile(str(small)))


def test_a_model_is_taken_by_path() -> None:
    """The shipped file by its path scores as `score` does; it has no labels."""
    texts = list(GOOD.values())
    assert quality.scorer(quality.MODEL.path)(texts).tolist() == quality.score(texts).tolist()
    with pytest.raises(ModelError, match="no label"):
        quality.scorer(quality.MODEL.path, label="hq")


@pytest.mark.parametrize("score", [0.0, 0.3, 0.5, 0.7, 0.9])
def test_pareto_keeps_the_share_the_paper_implies(score: float) -> None:
    """Over many keys the share kept is the survival function of the Pareto draw, (2 - score) ** -9."""
    kept = np.mean([quality.keep(score, f"document {number}") for number in range(40_000)])
    expected = (2 - score) ** -9.0
    assert kept == pytest.approx(expected, abs=4 * np.sqrt(expected / 40_000))


def test_pareto_agrees_with_numpy() -> None:
    """An independent draw of the same law keeps the same share of mixed scores."""
    random = np.random.default_rng(7)
    scores = random.uniform(size=40_000)
    theirs = (random.pareto(9, size=40_000) > 1 - scores).mean()
    ours = np.mean([quality.keep(float(score), str(number)) for number, score in enumerate(scores)])
    assert ours == pytest.approx(theirs, abs=0.01)


def test_keeping_depends_on_the_document_alone() -> None:
    """The same document has the same fate in every run, and a better score never loses it."""
    keys = [f"<urn:{number}>" for number in range(500)]
    assert [quality.keep(0.6, key) for key in keys] == [quality.keep(0.6, key) for key in keys]
    assert all(quality.keep(0.9, key) for key in keys if quality.keep(0.6, key))
    assert quality.keep(1.0, "")
    assert isinstance(quality.keep(0.5, "\ud800"), bool)


@pytest.mark.parametrize(
    ("score", "alpha"), [(-0.1, 9), (1.1, 9), (float("nan"), 9), (0.5, 0), (0.5, -1), (0.5, float("nan"))]
)
def test_impossible_arguments_are_refused(score: float, alpha: float) -> None:
    """A score outside [0, 1] or an alpha that is not positive is an error."""
    with pytest.raises(ValueError, match="must be"):
        quality.keep(score, "id", alpha=alpha)
