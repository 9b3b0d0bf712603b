"""Blocklists read from files as users have them."""

import gzip

import pytest

from curate.blocklists import read_blocklist
from curate.errors import UsageError
from curate.filters.url import UrlRules
from curate.recipe import fingerprint
from curate.stages import Urls


@pytest.fixture
def folder(tmp_path):
    """Two categories in the UT1 layout."""
    (tmp_path / "adult").mkdir()
    (tmp_path / "adult" / "domains").write_text("bad.example\n# a comment\n")
    (tmp_path / "adult" / "urls").write_text("mixed.example/bad\n")
    (tmp_path / "games").mkdir()
    (tmp_path / "games" / "domains").write_bytes(b"play.example\n\xff\xfe broken line\n")
    return tmp_path


def test_a_folder_of_lists_blocks_domains_and_addresses(folder):
    """Sub-domains cannot escape; other paths of a listed site can."""
    rules = UrlRules(blocklist=read_blocklist(folder))
    assert rules("https://www.bad.example/x").rule == "blocked_domain"
    assert rules("https://play.example/").rule == "blocked_domain"
    assert rules("https://mixed.example/bad/page").rule == "blocked_url"
    assert rules("https://mixed.example/good")


def test_the_digest_is_of_the_entries_and_is_checked(folder, tmp_path):
    """The same entries compressed in one file have the same digest; another digest is refused and named."""
    whole = read_blocklist(folder)
    packed = tmp_path / "all.gz"
    packed.write_bytes(gzip.compress(b"play.example\nmixed.example/bad\nbad.example\n\xff\xfe broken line\n"))
    assert read_blocklist(packed, digest=whole.digest).digest == whole.digest
    with pytest.raises(UsageError, match=whole.digest):
        read_blocklist(folder, digest="0" * 64)


def test_a_recipe_is_fingerprinted_by_what_its_list_holds(folder):
    """A changed list is a changed recipe."""
    before = fingerprint(Urls(UrlRules(blocklist=read_blocklist(folder))))
    assert fingerprint(Urls(UrlRules(blocklist=read_blocklist(folder)))) == before
    (folder / "games" / "domains").write_text("another.example\n")
    assert fingerprint(Urls(UrlRules(blocklist=read_blocklist(folder)))) != before


def test_a_missing_list_is_a_users_mistake(tmp_path):
    """The path is named."""
    with pytest.raises(UsageError, match="nonesuch"):
        read_blocklist(tmp_path / "nonesuch")
