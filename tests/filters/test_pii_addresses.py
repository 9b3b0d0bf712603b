"""Street addresses: the forms of many countries, lines, lists, and what only looks like one. All are made up."""

import io
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from curate.filters import pii

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def addresses(text):
    """The street addresses found in a text."""
    return [text[span.start : span.end] for span in pii.find(text) if span.entity == "STREET_ADDRESS"]


ONE_LINE = """
1600 Larch Avenue NW, Washington, DC 20500
350 Fifth Avenue, Suite 400, New York, NY 10118-0110
2718 S. Juniper Blvd.
500 S. Poplar St
55 Larch Rd. Orrville, OH 44667
492 Highway 93/95
1285 Avenue of the Mills, New York, NY 10019-6064
3145 County Highway G
99 Elm Court, Apt 3B
8266 Fountain Avenue, Suite #B
14 New Larch St, Bath, BA1 1ZZ
One Larch Plaza, Suite 1750, Albany NY 12210
The Sports Centre, Larch Place, Basingstoke, Hampshire RG21 7ZZ
10 Larch Street, London SW1A 2AA
221B Baker Street
Flat 3, 14 Cobden Terrace, Leeds LS6 1AB
24 O'Roe Street, Dublin 2
Unit 4/12 Wattle Street, Fitzroy VIC 3065
Level 3, 50 Larch Street, Sydney NSW 2000
12 Kauri Road, Auckland 1010
45 Long Street, Cape Town 8001
1200 rue Sainte-Larche, Montréal, QC H3B 1K9
Suite 200, 45 Larch St W, Toronto ON M5H 1J8
Plot No. 14, Larch Road, Pune, Maharashtra 411001
143/2 Moo 2, Larch Sub-district, Chiang Mai 50180
P. O. Box 1234, Springfield, IL 62701
PO Box 123
GPO Box 2343, Melbourne VIC 3001
Private Bag 92019
Königstr. 12a, 70173 Stuttgart
Lange Straße 12, D-10115 Berlin
Berliner Allee 5
Am Alten Markt 7, 50667 Köln
Postfach 12 34
12, rue de la Lanterne, 69002 Lyon
5 bis avenue des Ormes, 75017 Paris
Calle de Alba 42, 28014 Madrid
Av. 8 de Abril 2904
Apartado Postal 1234
Casilla 123
Av. Larga, 1578, São Paulo - SP, 01310-200
Rua Longa, 123
Via Garibaldi 15, 20121 Milano
Piazza del Larice, 3
Keizersgracht 123, 1015 CJ Amsterdam
Drottninggatan 71, 111 36 Stockholm
Karl Johans gate 22, 0026 Oslo
Nørregade 10, 1165 København
Mannerheimintie 12, 00100 Helsinki
ul. Długa 12/4, 00-590 Warszawa
Dlouhé náměstí 12, 110 00 Praha
Váci utca 12, 1052 Budapest
ул. Ленина, д. 5
Невский проспект, 28
Atatürk Caddesi No: 5
Jl. Sudirman No. 25, Jakarta
123 Đường Lê Lợi
東京都千代田区丸の内1丁目9番1号
北京市朝阳区建国路88号
서울특별시 강남구 테헤란로 152
""".strip().splitlines()


@pytest.mark.parametrize("address", ONE_LINE)
def test_one_line_goes_whole(address):
    """Number, street, unit, town, state, postcode and country are one find, in a sentence and at the end of a text."""
    assert addresses(f"Come to {address}\nand see us.") == [address]
    assert addresses(f"Address: {address}") == [address]


@pytest.mark.parametrize(
    "block",
    [
        "625 SW 10th Ave, Ste 127-A\nPortland OR 97205\nUnited States",
        "PO Box 520\nWilliamstown, MA 01267",
        "14 New Larch St\nBath\nBA1 1ZZ\nUnited Kingdom",
        "573 Larch St\nWinnipeg\nManitoba",
        "Unit D5\nLarch Technology Park\nLarch Lane\nGloucester\nGL3 1ZZ",
        "1185, rue Saint-Larche\nMontréal, Québec H3H 2P7\nCanada",
        "Vegagatan 3\n11329 Stockholm",
        "104 Fern\nPoteau, OK 74953",
        "17th and Larch Ave NW\nWashington, DC 20006",
        "Larch Campus, Chester Road\nNorthwich, Cheshire\nCW8 1ZZ",
        "1617 3rd Avenue\nSuite 7080\nNew York, NY\n10128",
    ],
)
def test_one_span_a_line(block):
    """An address over several lines is one find a line, and the lines around it stay."""
    text = f"The Larch Society\n{block}\nTel. (212) 555-0147\nOpen every day"
    assert addresses(text) == block.splitlines()
    assert addresses("> The Society\n> " + block.replace("\n", "\n> ") + "\n> Thanks") == block.splitlines()


def test_town_before_street_in_a_list():
    """In lists of venues the town comes first."""
    assert addresses("- Chicago, IL, 123 W Larch Street\n- Hall") == ["Chicago, IL, 123 W Larch Street"]


def test_cells_of_a_table():
    """A tab ends a line of an address, and the phone behind it is a find of its own."""
    text = "Society\t904 Larch Street\nBellingham, WA 98229\t(360) 555-0190"
    found = [(span.entity, text[span.start : span.end]) for span in pii.find(text)]
    assert found == [
        ("STREET_ADDRESS", "904 Larch Street"),
        ("STREET_ADDRESS", "Bellingham, WA 98229"),
        ("PHONE_NUMBER", "(360) 555-0190"),
    ]


def test_phone_before_address():
    """Where nothing but a space parts them, phone and address are two finds."""
    text = "(207) 555-0147 50 State Street, Ellsworth 04605"
    assert [span.entity for span in pii.find(text)] == ["PHONE_NUMBER", "STREET_ADDRESS"]


@pytest.mark.parametrize(
    "text",
    [
        "In 2008 Wall Street fell, and on 5 July 1950 Park Avenue was closed.",
        "The 2019 Grand Prix, 12 Angry Men and 10 Best Places.",
        "Chapter 4 Court of Appeal, a 3 Way tie, Figure 3 Main results, 20 Square metres.",
        "It cost 100 US Dollars at the 1990 US Open and the 2000 UK tour.",
        "via Chapter 11, via iPhone 6, UL Listed Equipment 0 degrees, Oura Ring 4: a review",
        "I took Highway 61 and Route 66; Rue 21 sells clothes.",
        "Room 101, Unit 8200, Floor 13 and Box 5",
        "1125 Morris Ave Realty LLC v Town, 105 W. 28th, LLC",
        "He lives in Portland, Oregon, near Bath.",
        "OR 20000 or more",
        "44 Wyoming Highway Patrol troopers",
    ],
)
def test_what_looks_like_one(text):
    """Years, titles, firms, roads without a house and places without a street stay."""
    assert addresses(text) == []


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared measuring data beside the repository")
def test_marked_pages():
    """On real pages a reader marked, most of each kind is found and little else, as the documentation says."""
    with pa.input_stream(str(SHARED / "labelled" / "pii_pages.jsonl.zst"), compression="zstd") as stream:
        pages = [json.loads(line) for line in io.TextIOWrapper(stream, encoding="utf-8")]
    hit, there = Counter(), Counter()
    covered = right = 0
    for page in pages:
        real = [span for span in page["spans"] if span["owner"] != "example"]
        marked = {place for span in real for place in range(span["start"], span["end"])}
        mine = {place for span in pii.find(page["text"]) for place in range(span.start, span.end)}
        covered, right = covered + len(mine), right + len(mine & marked)
        for span in real:
            there[span["type"]] += 1
            hit[span["type"]] += 2 * len(mine & set(range(span["start"], span["end"]))) >= span["end"] - span["start"]
    for kind, least in (("EMAIL_ADDRESS", 0.98), ("PHONE_NUMBER", 0.94), ("STREET_ADDRESS", 0.85)):
        assert hit[kind] >= least * there[kind], kind
    assert right >= 0.92 * covered
