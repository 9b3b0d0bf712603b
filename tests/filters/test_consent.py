"""What publishers asked for, read from the places they say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.filters.consent import POLICIES, Consent, quality, read_consent
from tests.clock import takes_at_most


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'<meta name="robots" content="noindex, nofollow">', Consent(noindex=True)),
        (b"<META CONTENT='NONE' NAME='ROBOTS'/>", Consent(noindex=True)),
        (b"<meta name=robots content=noai,noimageai>", Consent(noai=True, noimageai=True)),
        (b'<meta name="robots" content="nosnippet; noai">', Consent(noai=True, nosnippet=True)),
        (b'<meta name="CCBot" content="noai">', Consent(noai=True)),
        (b'<meta name="googlebot" content="noindex">', Consent()),
        (b'<meta name="description" content="robots, noindex and noai">', Consent()),
        (b'<meta name="robots" content="index, follow, max-image-preview:large">', Consent()),
        (b"<p>robots noindex noai</p>", Consent()),
        (b'<meta name="tdm-reservation" content="1">', Consent(tdm_reserved=True)),
        (b'<meta name="tdm-reservation" content="0">', Consent()),
        (b"<script>x='</head>'</script><meta name=robots content=noindex>", Consent(noindex=True)),
        (b"x" * 40_000 + b"<meta name=robots content=noindex>", Consent()),
        (b"", Consent()),
    ],
)
def test_meta_tags(data, expected):
    """Robots and reservation metas count in any case, order and quoting; other robots and body text do not."""
    assert read_consent(data) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("noindex, noai", Consent(noindex=True, noai=True)),
        ("googlebot: noindex, noai", Consent()),
        ("googlebot: noindex\nnoai", Consent(noai=True)),
        ("ccbot: none", Consent(noindex=True)),
        ("otherbot: noai, ccbot: nosnippet", Consent(nosnippet=True)),
        ("unavailable_after: 25 Jun 2030 15:00:00 PST, noai", Consent(noai=True)),
        ("max-snippet:0, NOINDEX", Consent(noindex=True)),
    ],
)
def test_x_robots_tag(header, expected):
    """A directive counts unless it is addressed to another robot on the same line."""
    assert read_consent(b"", x_robots_tag=header) == expected


def test_tdm_header():
    """The reservation header counts when it is 1, alone or beside the page."""
    assert read_consent(b"", tdm=" 1 ").tdm_reserved
    assert not read_consent(b"", tdm="0").tdm_reserved
    assert read_consent(b'<meta name="tdm-reservation" content="1">', tdm="0").tdm_reserved


@pytest.mark.parametrize(
    ("data", "licence", "is_open"),
    [
        (b'<a rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/deed.de">', "cc-by-sa-4.0", True),
        (b"<link href='http://creativecommons.org/licenses/by-nc/3.0' rel='license'>", "cc-by-nc-3.0", False),
        (b'<a rel="nofollow license" href="/terms">', "", False),
        (b"<a rel=license href=https://site.example/terms>", "https://site.example/terms", False),
        (
            b'{"@type":"Article","license":"https:\\/\\/creativecommons.org\\/publicdomain\\/zero\\/1.0\\/"}',
            "cc0-1.0",
            True,
        ),
        (b'{"license" : ["https://creativecommons.org/licenses/by-nd/4.0/"]}', "cc-by-nd-4.0", False),
        (b'<img src="x"> <a href="https://creativecommons.org/licenses/by/2.0/">photo</a>', "cc-by-2.0", True),
        (b'<a rel="license" href="https://creativecommons.org/publicdomain/mark/1.0/">', "cc-pdm-1.0", True),
        (b"<script>/* license: MIT */ var a = {'license': 'MIT'}</script>", "", False),
        (b'<a href="/license">our license</a>', "", False),
        (
            b'<a rel=license href="https://www.gnu.org/licenses/fdl-1.3.html">',
            "https://www.gnu.org/licenses/fdl-1.3.html",
            True,
        ),
        (b'<a rel=license href="https://evil.example/?cc-by-4.0">', "https://evil.example/?cc-by-4.0", False),
    ],
)
def test_licences(data, licence, is_open):
    """Creative Commons addresses get their short names; only licences that allow use and change are open."""
    found = read_consent(data)
    assert (found.licence, found.openly_licensed) == (licence, is_open)


def test_a_licence_link_outranks_a_mention():
    """A rel=license link decides over JSON-LD, and JSON-LD over an address anywhere, whatever their order."""
    mention = b'<a href="https://creativecommons.org/licenses/by/2.0/">photo</a>'
    stated = b'{"license":"https://creativecommons.org/licenses/by-sa/3.0/"}'
    linked = b'<a rel=license href="https://creativecommons.org/licenses/by-nc/4.0/">'
    assert read_consent(mention + stated + linked).licence == "cc-by-nc-4.0"
    assert read_consent(mention + stated).licence == "cc-by-sa-3.0"


@pytest.mark.parametrize(
    ("consent", "dropped_by"),
    [
        (Consent(licence="cc-by-4.0"), set()),
        (Consent(), {"open_licence"}),
        (Consent(noimageai=True, nosnippet=True, licence="cc0-1.0"), set()),
        (Consent(noindex=True, licence="cc-by-4.0"), {"opt_out", "open_licence"}),
        (Consent(noai=True), {"opt_out", "open_licence"}),
        (Consent(tdm_reserved=True), {"opt_out", "open_licence"}),
        (Consent(licence="cc-by-nc-4.0"), {"open_licence"}),
    ],
)
def test_policies(consent, dropped_by):
    """Each policy drops what it says, and the open-licence policy also honours opt-outs."""
    assert {policy for policy in POLICIES if not quality(consent, policy=policy)} == dropped_by


def test_unknown_policy():
    """A misspelt policy is an error that names the policies there are."""
    with pytest.raises(ValueError, match="opt_out"):
        quality(Consent(), policy="optout")


@given(st.binary(max_size=1000), st.text(max_size=200), st.text(max_size=5))
def test_total(data, header, tdm):
    """Any page and headers can be read."""
    assert isinstance(read_consent(data, x_robots_tag=header, tdm=tdm), Consent)


@pytest.mark.parametrize(
    "unit", [b"license", b"<a rel=license ", b"robots", b"<meta name=robots ", b"<", b"creativecommons.org/licenses/"]
)
def test_ten_megabytes_take_linear_time(unit):
    """Ten megabytes of what the searches look for cost a fraction of a second."""
    data = unit * (10_000_000 // len(unit))
    assert takes_at_most(1, lambda: read_consent(data))
