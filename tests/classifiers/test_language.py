"""Language identification with the shipped model."""

import subprocess
import sys

import pytest

from curate.classifiers import language, language_codes
from curate.classifiers.training import language as language_training

SENTENCES = {
    "en": "The old bridge was closed for repairs, so we walked along the river to the next village.",
    "de": "Die alte Brücke war wegen Bauarbeiten gesperrt, also gingen wir am Fluss entlang ins nächste Dorf.",
    "fr": "Le vieux pont était fermé pour travaux, alors nous avons marché le long de la rivière jusqu'au village.",
    "es": "El viejo puente estaba cerrado por obras, así que caminamos junto al río hasta el pueblo siguiente.",
    "it": "Il vecchio ponte era chiuso per lavori, così abbiamo camminato lungo il fiume fino al paese successivo.",
    "nl": "De oude brug was gesloten wegens werkzaamheden, dus liepen we langs de rivier naar het volgende dorp.",
    "pl": "Stary most był zamknięty z powodu remontu, więc poszliśmy wzdłuż rzeki do następnej wioski.",
    "tr": "Eski köprü onarım nedeniyle kapalıydı, bu yüzden nehir boyunca bir sonraki köye yürüdük.",
    "fi": "Vanha silta oli suljettu korjausten vuoksi, joten kävelimme jokea pitkin seuraavaan kylään.",
    "ru": "Старый мост был закрыт на ремонт, поэтому мы пошли вдоль реки до следующей деревни.",
    "uk": "Старий міст був закритий на ремонт, тому ми пішли вздовж річки до наступного села.",
    "el": "Η παλιά γέφυρα ήταν κλειστή για επισκευές, οπότε περπατήσαμε κατά μήκος του ποταμού.",
    "ar": "كان الجسر القديم مغلقا للصيانة، لذلك مشينا على طول النهر إلى القرية التالية.",
    "he": "הגשר הישן היה סגור לתיקונים, ולכן הלכנו לאורך הנהר אל הכפר הבא.",
    "hi": "पुराना पुल मरम्मत के लिए बंद था, इसलिए हम नदी के किनारे अगले गाँव तक पैदल गए।",
    "ja": "古い橋は修理のために閉鎖されていたので、川に沿って次の村まで歩きました。",
    "ko": "오래된 다리가 수리 때문에 폐쇄되어 우리는 강을 따라 다음 마을까지 걸었습니다.",
    "zh": "旧桥因维修而关闭，所以我们沿着河走到了下一个村庄。",
    "vi": "Cây cầu cũ bị đóng để sửa chữa nên chúng tôi đi bộ dọc theo bờ sông đến ngôi làng kế tiếp.",
}


def test_twenty_languages_are_told_apart() -> None:
    """A plain sentence is recognised in every language tried, and surely."""
    found = language.identify_many(list(SENTENCES.values()))
    assert [code for code, _ in found] == list(SENTENCES)
    assert min(probability for _, probability in found) > 0.5


@pytest.mark.parametrize("text", ["", " \n\t", "12:30 – 14:00", "€ 19.99 !!!", "\0\0", "\ud800", "___", "👍👍"])
def test_no_letters_is_undetermined(text: str) -> None:
    """Where there is no letter there is no language."""
    assert language.identify(text) == ("und", 0.0)


@pytest.mark.parametrize(
    "text", ["a", "x" * 10_000_000, "hello \ud800 world", "</s> </s>", "a\0b", "\u0301" * 1000 + "e"]
)
def test_identify_is_total(text: str) -> None:
    """Any text has an answer with a probability in [0, 1]."""
    code, probability = language.identify(text)
    assert code
    assert 0.0 <= probability <= 1.0


def test_page_furniture_does_not_hide_the_language() -> None:
    """English menus, prices and code around a text in another language do not make it English."""
    german = "Menu\nHome\nLogin\n" + (SENTENCES["de"] + "\n") * 8 + "if (x == 1) { return y; }\n€ 19.99\nShare\nTweet"
    chinese = (
        "Home\nAbout\nArchive\n" + (SENTENCES["zh"] + "\n") * 4 + "public static void main(String[] args)\nPowered by"
    )
    assert language.identify(german)[0] == "de"
    assert language.identify(chinese)[0] == "zh"


def test_case_spacing_and_numbers_say_nothing() -> None:
    """The answer is the same in upper case, on one line and with numbers strewn in."""
    text = SENTENCES["en"]
    assert language.identify(text.upper()) == language.identify(text) == language.identify(text.replace(" ", "\n12 "))


SHORT = {
    "This is a test.": "en",
    "This is an English sentence about the sea.": "en",
    "What time is it?": "en",
    "Thank you very much!": "en",
    "Terms and conditions apply.": "en",
    "Das ist ein Test.": "de",
    "Guten Morgen, wie geht es dir?": "de",
    "Où est le livre de ma sœur ?": "fr",
    "Esto es una prueba.": "es",
    "Dit is een test.": "nl",
    "Gallia est omnis divisa in partes tres.": "la",
}


def test_short_sentences() -> None:
    """A handful of plain words is enough; once these were Latin."""
    assert {text: language.identify(text)[0] for text in SHORT} == SHORT


def test_pieces_are_of_the_text() -> None:
    """Training pieces are runs of its words, three to eight of them, and the same every time."""
    text = language.letters(SENTENCES["en"])
    found = list(language_training.pieces(text))
    assert len(found) == language_training.PIECES
    assert all(piece in text and 3 <= len(piece.split()) <= 8 for piece in found)
    assert found == list(language_training.pieces(text))
    assert list(language_training.pieces("too short a text")) == []
    assert len(list(language_training.pieces(language.letters(SENTENCES["zh"])))) == language_training.PIECES


def test_only_english_is_plainly_english() -> None:
    """A sentence with two common English words is; no plain sentence of another language is left out of training."""
    assert language_training.is_plainly_english("You can find more of it in the next issue.")
    assert not any(language_training.is_plainly_english(text) for code, text in SENTENCES.items() if code != "en")


def test_labels_of_other_models() -> None:
    """Every ISO 639-3 code stands for one language, and all 75 languages of ours keep their names."""
    assert all(language_codes.iso_639_1(code) == code for code in SENTENCES)
    longs = [code for entry in language_codes._ISO_639_3.split() for code in entry.partition(":")[2].split(",")]
    assert len(longs) == len(set(longs))
    assert {len(code) for code in longs} == {3}


def test_many_is_one_at_a_time() -> None:
    """A batch gives exactly what single calls give, whatever stands beside a text."""
    texts = ["", *SENTENCES.values(), "42"]
    assert language.identify_many(texts) == [language.identify(text) for text in texts]
    assert language.identify_many([]) == []


def test_a_string_is_not_a_list_of_texts() -> None:
    """A forgotten bracket is an error, not 80 one-letter texts."""
    with pytest.raises(TypeError, match="pass \\[text\\]"):
        language.identify_many("some text")


def test_importing_loads_no_model() -> None:
    """Import stays cheap: neither fastText nor a model is loaded before the first call."""
    code = "import sys; from curate.classifiers import language, toxicity, quality; sys.exit('fasttext' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
