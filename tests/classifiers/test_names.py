"""Names of persons by a spaCy pipeline given by path: a blank one with a list of names stands in for a trained one."""

from importlib.util import find_spec

import pytest

from curate.classifiers.fasttext_model import ModelError
from curate.classifiers.names import MAX_CHARS, person_names
from curate.filters import pii

pytestmark = pytest.mark.skipif(find_spec("spacy") is None, reason="names of persons need spaCy")


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """A pipeline that takes some names, and our own tag, for persons."""
    import spacy

    pipeline = spacy.blank("en")
    persons = ["Ada Lovelace", "Grace Hopper", "PERSON", "EMAIL_ADDRESS"]
    pipeline.add_pipe("entity_ruler").add_patterns(
        [{"label": "PERSON", "pattern": name} for name in persons] + [{"label": "GPE", "pattern": "London"}]
    )
    folder = tmp_path_factory.mktemp("names") / "pipeline"
    pipeline.to_disk(folder)
    return person_names(folder)


def test_names_are_found_where_they_stand(names):
    """Offsets are those of the whole text, on any line, and other entities of the pipeline are left alone."""
    text = "in london\n\nDear Ada Lovelace,\nLondon greets Grace Hopper \ud800."
    found = [(span.entity, text[span.start : span.end]) for span in pii.find(text, recognizers=(names,))]
    assert found == [("PERSON", "Ada Lovelace"), ("PERSON", "Grace Hopper")]
    assert pii.redact(text, recognizers=(names,)) == "in london\n\nDear <PERSON>,\nLondon greets <PERSON> \ud800."


def test_names_beside_other_finds(names):
    """A name inside an e-mail address is that address; names have pseudonyms too."""
    text = "Ada Lovelace <ada.lovelace@example.org> and ada lovelace"
    assert pii.redact(text, recognizers=(names,)) == "<PERSON> <<EMAIL_ADDRESS>> and ada lovelace"
    one, two = (pii.redact(line, recognizers=(names,), key=b"k" * 16) for line in ("Ada Lovelace", "So Ada Lovelace"))
    assert one in two
    assert one.startswith("<PERSON_")


def test_a_tag_is_no_name(names):
    """A pipeline that takes our tags for names changes nothing any more, and redaction ends."""
    text = pii.redact("Ada Lovelace wrote to ada@example.org", recognizers=(names,))
    assert text == "<PERSON> wrote to <EMAIL_ADDRESS>"
    assert pii.find(text, recognizers=(names,)) == []


def test_long_lines_are_cut_between_words(names):
    """A line of any length is read in pieces, and no name is lost where two meet."""
    text = "So said Ada Lovelace. " * (3 * MAX_CHARS // 22)
    assert pii.count(text, recognizers=(names,)) == {"PERSON": 3 * MAX_CHARS // 22}


def test_a_pipeline_is_known_by_its_content(names, tmp_path):
    """The description has a digest and no path; a folder that is none, knows no persons or was changed is refused."""
    assert names.path not in repr(names)
    assert names.sha256 in repr(names)
    with pytest.raises(ModelError, match=r"config\.cfg"):
        person_names(tmp_path)
    folder = tmp_path / "pipeline"
    import spacy

    spacy.blank("en").to_disk(folder)
    nameless = person_names(folder)
    with pytest.raises(ModelError, match="no persons"):
        list(nameless("Ada"))
    (folder / "more.txt").write_text("changed")
    changed = person_names(folder)
    assert changed.sha256 != nameless.sha256
    (folder / "more.txt").write_text("changed again")
    with pytest.raises(ModelError, match="changed"):
        list(changed("Ada"))
