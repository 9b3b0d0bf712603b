"""Finds the formulas of a page as TeX, wherever a page keeps them; `html_tokens` only notes where they are."""

import html
import re

from curate.extract import page as p
from curate.extract.mathml import tex_of_mathml
from curate.extract.page import Page

# A formula is a line or a few; what is longer is no formula, and turning it into TeX takes its time.
MAX_FORMULA_BYTES = 20_000
MAX_TEX_CHARS = 4_000
# Of one page, what is read character by character.
MAX_READ_CHARS = 300_000

_ANNOTATION = re.compile(
    r"<annotation\b[^<>]*?encoding\s*=\s*[\"']?(?:application/x-(?:la)?tex|(?:la)?tex)\b[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(r"\s*<(?:\w++:)?math\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*+>")
_ALT_TEXT = re.compile(r"\balttext\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_DISPLAY = re.compile(r"\b(?:display\s*=\s*[\"']?block|mode\s*=\s*[\"']?display)", re.IGNORECASE)
_STYLE = re.compile(r"^\\(?:display|text|script)style\b\s*")
_DELIMITERS = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))
_LOOKS_LIKE_TEX = re.compile(r"[\\^_{}=<>+]|^\S{1,8}$")

_DOUBLE = re.compile(r"\$\$(?!\$)(.{1,2000}?)\$\$", re.DOTALL)
_SINGLE = re.compile(r"(?<![\\$\w])\$(?=[^\s$])([^$\n]{1,200}?)(?<=[^\s\\])\$(?![\w$])")
_SIGNS = re.compile(r"\\[A-Za-z]|[\^_](?:\{|\w)|^[A-Za-z]$")


class Formulas:
    """The formulas of one page by their number, as TeX."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._left = MAX_READ_CHARS

    def tex(self, number: int, *, is_display: bool) -> str:
        r"""A formula in `\(...\)`, or in `\[...\]` where it stands alone; '' when nothing is in it."""
        row = self.page.formulas[number].tolist()
        start, end, kind = row[p.FORMULA_START], row[p.FORMULA_END], row[p.FORMULA_KIND]
        source = self.page.html[start : min(end, start + MAX_FORMULA_BYTES)].tobytes().decode("utf-8", "replace")
        if kind in (p.MATHML, p.MATHML_SCRIPT):
            tag = _TAG.match(source)
            is_display = is_display or bool(tag and _DISPLAY.search(tag[0]))
            tex = self._of_math(source, tag[0] if tag else "")
        else:
            is_display = is_display or bool(row[p.IS_DISPLAY])
            tex = self._unescaped(source) if kind == p.TEX_ALT else _without_cdata(source)
        tex = clean(tex)
        if not tex:
            return ""
        return f"\\[{tex}\\]" if is_display else f"\\({tex}\\)"

    def _of_math(self, source: str, tag: str) -> str:
        """TeX that a formula carries, or else its presentation written as TeX."""
        if found := _ANNOTATION.search(source):
            return self._unescaped(source[found.end() :].partition("</")[0])
        if found := _ALT_TEXT.search(tag):
            tex = self._unescaped("".join(found.groups(default="")))
            if _LOOKS_LIKE_TEX.search(tex):
                return tex
        if self._left < len(source):
            return self._unescaped(_ANY_TAG.sub("", source))
        self._left -= len(source)
        return tex_of_mathml(source)

    def _unescaped(self, text: str) -> str:
        """Character references decoded, as long as there are not more than any author would write."""
        if "&" not in text or self._left < len(text):
            return text
        self._left -= len(text)
        return html.unescape(text)


def _without_cdata(source: str) -> str:
    source = source.strip().removeprefix("%").lstrip()
    if not source.startswith("<![CDATA["):
        return source
    return source.removeprefix("<![CDATA[").removesuffix("]]>").rstrip().removesuffix("%")


def clean(tex: str) -> str:
    r"""TeX without the wrappers that pages put around it.

    >>> clean(r"{\displaystyle x^{2}}"), clean("$$ a  + b $$"), clean(r"\left\{ x \right\}")
    ('x^{2}', 'a + b', '\\left\\{ x \\right\\}')
    """
    tex = (tex if "%" in tex else " ".join(tex.split())).strip()[:MAX_TEX_CHARS]
    for first, last in _DELIMITERS:
        if tex.startswith(first) and tex.endswith(last) and len(tex) >= len(first) + len(last):
            tex = tex[len(first) : -len(last)].strip()
    while tex.startswith("{\\") and tex.endswith("}") and _STYLE.match(tex[1:]) and _is_one_group(tex):
        tex = tex[1:-1].strip()
        tex = _STYLE.sub("", tex)
    return _STYLE.sub("", tex).strip()


def _is_one_group(tex: str) -> bool:
    """Return whether the brace that opens a formula is closed by its last character."""
    depth = 0
    for i, character in enumerate(tex):
        if tex[i - 1 : i] == "\\":
            continue
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return i == len(tex) - 1
    return False


def in_brackets(text: str) -> str:
    r"""Formulas that a page writes between dollar signs, in `\(...\)` and `\[...\]`; sums of money stay.

    >>> in_brackets("From $5 to $10, $$a^2$$ and $x_1$; $HOME/$USER")
    'From $5 to $10, \\[a^2\\] and \\(x_1\\); $HOME/$USER'
    """
    text = _DOUBLE.sub(lambda found: f"\\[{found[1].strip()}\\]", text)
    return _SINGLE.sub(lambda found: f"\\({found[1]}\\)" if _SIGNS.search(found[1]) else found[0], text)
