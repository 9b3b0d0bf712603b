"""The value model for any language: what it counts is hand-worked, and what a text speaks of moves its score."""

import zlib

import numpy as np
import pytest

from curate.classifiers import kinds, multilingual, pieces
from curate.classifiers.fasttext_model import ModelError, ModelFile

LEGAL = {
    "en": "The provider processes data under the terms of this policy. Withdraw your consent; cookies: see above.",
    "de": "Der Anbieter übernimmt keine Haftung. Die Einwilligung zur Verarbeitung von Daten wird laut DSGVO.",
    "fr": "La politique de confidentialité décrit le traitement des données et le consentement, conformément au RGPD.",
    "es": "El titular es responsable del tratamiento conforme al RGPD; su consentimiento y la política de privacidad.",
    "pt": "A política de privacidade descreve o tratamento de dados pessoais, conforme a LGPD, e o consentimento.",
    "cs": "Poskytovatel zpracovává osobní údaje podle zákona; souhlas a podmínky smlouvy, odpovědnost stran.",
    "ru": "Политика конфиденциальности: согласие на обработку персональных данных, условия договора и права сторон.",
    "id": "Kebijakan privasi: syarat dan ketentuan berlaku, persetujuan atas pemrosesan data pribadi pihak ketiga.",
    "ar": "سياسة الخصوصية: شروط وأحكام المسؤولية القانونية، وموافقة الطرف الثالث على معالجة البيانات الشخصية.",
    "zh": "隐私政策：未经同意，第三方不得使用个人信息。版权保留，法律责任与义务见条款，协议另有约定的除外。",
    "ja": "プライバシーポリシー：個人情報の取扱いは本規約による。第三者への提供には同意が必要で、免責は法令に従う。",
}


@pytest.mark.parametrize("language", LEGAL)
def test_a_notice_is_a_notice_in_every_language(language: str) -> None:
    """A sentence of law, written for this test, speaks of law more than of anything else."""
    assert kinds.NAMES[int(kinds.measure(LEGAL[language]).argmax())] == "legal"


def test_every_language_has_every_kind_once() -> None:
    """Each list has ten words or more where a language has so many, and no language lacks a kind."""
    found = kinds.lists()
    assert set(found.languages) == set(LEGAL)
    counts = np.zeros((len(found.languages), len(kinds.NAMES)), int)
    for places in [*found.words.values(), *found.stems.values()]:
        for place in places:
            counts[place] += 1
    for language, terms in found.terms.items():
        for kind, listed in terms:
            counts[found.languages.index(language), kind] = len(listed)
    assert counts.min() >= 1
    assert np.median(counts) >= 15


def test_kinds_are_counted_per_hundred_words() -> None:
    """Two words of a shop in ten: twenty per hundred; a stem stands for all its words, within a language only."""
    text = "the cart and the orders lie one two three four"
    assert kinds.measure(text)[kinds.NAMES.index("shop")] == pytest.approx(np.log1p(20))
    assert not kinds.measure("der die das").any()


def test_pieces_are_words_beginnings_and_runs() -> None:
    """By hand: `bees` twice is one word, one beginning and two runs of four letters."""
    expected = {"bees", "^_bees", "#_bee", "#bees"}
    slots, amounts = pieces.measure("Bees bees")
    assert set(slots.tolist()) == {zlib.crc32(piece.encode()) % 2**18 for piece in expected}
    assert amounts == pytest.approx(np.full(4, 1 + np.log(2)))
    slots, _ = pieces.measure("蜜蜂")
    assert set(slots.tolist()) == {zlib.crc32(piece.encode()) % 2**18 for piece in ("蜜", "蜂", "蜜蜂")}


def test_what_is_said_counts_and_not_only_its_form() -> None:
    """A privacy notice and a memory with sentences of the same lengths and marks."""
    notice = (
        "Der Anbieter verarbeitet personenbezogene Daten gemäß der Datenschutzerklärung und nur mit Einwilligung. "
        "Die Haftung des Anbieters für Inhalte ist nach den gesetzlichen Bestimmungen ausgeschlossen, soweit zulässig. "
        "Der Nutzer kann seine Einwilligung zur Verarbeitung jederzeit gegenüber dem Anbieter widerrufen.\n"
    )
    memory = (
        "Der Großvater erzählte seine alten Geschichten abends in der Küche und nur mit halber Stimme. "
        "Die Angst der Kinder vor dem Wald war nach den vielen langen Wintern verschwunden, wie er sagte. "
        "Der Jüngste durfte seine Schuhe an den Ofen stellen und neben dem Hund am Fenster einschlafen.\n"
    )
    said, told = multilingual.score([notice * 4, memory * 4])
    assert told > said + 0.1


def test_every_text_has_a_score() -> None:
    """Nothing, one letter, a lone surrogate, other scripts: a number from 0 to 1, and 0 without a word."""
    texts = ["", "x", "\ud800 a", "1 2 3", "हिन्दी में कुछ शब्द", "ภาษาไทย " * 30, "\n" * 1000]
    scores = multilingual.score(texts)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores[[0, 3, 6]].tolist() == [0, 0, 0]


def test_a_damaged_model_is_named(tmp_path) -> None:
    """By its digest, and by its arrays."""
    path = tmp_path / "model.npz"
    path.write_bytes(b"no model")
    with pytest.raises(ModelError, match="SHA-256"):
        multilingual.load(ModelFile(str(path), "0" * 64))
    with pytest.raises(ModelError, match="holds no multilingual model"):
        multilingual.load(ModelFile(str(path), ""))
