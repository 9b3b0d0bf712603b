"""Presentation MathML to TeX, for formulas that carry no TeX: the elements that pages use, in one pass with a stack."""

import html
import re
from collections.abc import Callable
from typing import NamedTuple

_TOKEN = re.compile(r"<(/?)(?:\w++:)?(\w++)([^<>]*?)(/?)>|([^<]+)|<")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
# Read no further into a formula nested deeper than any author's.
MAX_DEPTH = 60

_NAMES = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "varsigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi",
    "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "∑": "sum", "∏": "prod",
    "∫": "int", "∬": "iint", "∮": "oint", "∂": "partial", "∇": "nabla", "∞": "infty", "±": "pm", "∓": "mp",
    "×": "times", "÷": "div", "·": "cdot", "⋅": "cdot", "∗": "ast", "∘": "circ", "≤": "leq", "≥": "geq", "≠": "neq",
    "≈": "approx", "≡": "equiv", "∼": "sim", "≅": "cong", "∝": "propto", "∈": "in", "∉": "notin", "∋": "ni",
    "⊂": "subset", "⊆": "subseteq", "⊃": "supset", "⊇": "supseteq", "∪": "cup", "∩": "cap", "∅": "emptyset",
    "∀": "forall", "∃": "exists", "¬": "neg", "∧": "land", "∨": "lor", "→": "to", "←": "leftarrow",
    "↔": "leftrightarrow",
    "⇒": "Rightarrow", "⇐": "Leftarrow", "⇔": "Leftrightarrow", "↦": "mapsto", "…": "ldots", "⋯": "cdots", "⋮": "vdots",
    "⋱": "ddots", "′": "prime", "ℓ": "ell", "ℏ": "hbar", "ℜ": "Re", "ℑ": "Im", "ℵ": "aleph", "⊕": "oplus",
    "⊗": "otimes",
    "⊥": "perp", "∥": "parallel", "∠": "angle", "⟨": "langle", "⟩": "rangle", "‖": "|", "⌊": "lfloor", "⌋": "rfloor",
    "⌈": "lceil", "⌉": "rceil", "∖": "setminus", "≪": "ll", "≫": "gg", "{": "{", "}": "}", "%": "%", "#": "#", "&": "&",
    "$": "$", "_": "_",
}  # fmt: skip
_LETTERS = {"ℝ": "R", "ℕ": "N", "ℤ": "Z", "ℚ": "Q", "ℂ": "C", "ℙ": "P", "𝔼": "E"}
_NOTHING = frozenset("\u2061\u2062\u2063\u2064\u200b\u00a0\u2009\u200a\u2005\u202f")
_FUNCTIONS = frozenset(
    "sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan log ln lg exp det dim gcd inf sup lim max min ker deg "
    "Pr".split()
)
_ACCENTS = {
    "^": "hat", "ˆ": "hat", "̂": "hat", "~": "tilde", "˜": "tilde", "¯": "bar", "‾": "overline", "_": "underline",
    "→": "vec", "⃗": "vec", "˙": "dot", ".": "dot", "¨": "ddot", "⏞": "overbrace", "⏟": "underbrace", "ˇ": "check",
    "˘": "breve",
}  # fmt: skip
# An attribute's value that is a fence, where the element itself has none.
_DEFAULT_FENCES = {"open": "(", "close": ")", "separators": ","}


class _Node(NamedTuple):
    name: str
    attributes: str
    children: list[str]


def tex_of_mathml(source: str) -> str:
    r"""Presentation MathML as TeX; what no rule knows is its children side by side.

    >>> tex_of_mathml("<math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac></math>")
    '\\frac{a}{b+1}'
    """
    stack = [_Node("", "", [])]
    for closes, name, attributes, is_empty, text in _TOKEN.findall(source):
        if text:
            if len(stack) > 1 and stack[-1].name in _LEAVES:
                stack[-1].children.append(html.unescape(text))
        elif closes:
            _end(stack, name.lower())
        elif name:
            if len(stack) < MAX_DEPTH:
                stack.append(_Node(name.lower(), attributes, []))
            if is_empty and stack[-1].name == name.lower():
                _end(stack, name.lower())
    while len(stack) > 1:
        _end(stack, stack[-1].name)
    return "".join(stack[0].children).strip()


def _end(stack: list[_Node], name: str) -> None:
    """Close the innermost element if it is of this name; a stray end tag is nothing."""
    if len(stack) > 1 and stack[-1].name == name:
        node = stack.pop()
        stack[-1].children.append(_RULES.get(name, _row)(node))


def _row(node: _Node) -> str:
    out = ""
    for child in node.children:
        # A command's name must not run into a letter that follows.
        glued = out[-1:].isalpha() and child[:1].isalpha() and re.search(r"\\[A-Za-z]+$", out)
        out += (" " if glued else "") + child
    return out


def _sign(character: str) -> str:
    if character in _NOTHING:
        return ""
    if character in _LETTERS:
        return f"\\mathbb{{{_LETTERS[character]}}}"
    if character == "\u2212":
        return "-"
    name = _NAMES.get(character)
    return f"\\{name}" if name else character


def _leaf(node: _Node) -> str:
    text = "".join(node.children).strip()
    out = _row(_Node("", "", [_sign(character) for character in text]))
    if node.name == "mi" and len(text) > 1 and text.isascii() and text.isalpha():
        return f"\\{text}" if text in _FUNCTIONS else f"\\mathrm{{{text}}}"
    if node.name == "mo" and text in _FUNCTIONS:
        return f"\\{text}"
    if node.name == "mi" and "double-struck" in node.attributes:
        return f"\\mathbb{{{text}}}"
    return out


def _text(node: _Node) -> str:
    text = " ".join("".join(node.children).replace("\u00a0", " ").split(" "))
    return f"\\text{{{text}}}" if text.strip() else " " if text else ""


def _part(node: _Node, number: int) -> str:
    return node.children[number] if number < len(node.children) else ""


def _group(tex: str) -> str:
    """An argument in braces, unless it is one character or one command."""
    return tex if len(tex) == 1 and tex not in "\\{}" else f"{{{tex}}}"


def _base(tex: str) -> str:
    """Return what a script is put on; several things at once are grouped."""
    return tex if len(tex) <= 1 or re.fullmatch(r"\\[A-Za-z]+|\\[A-Za-z]+\{[^{}]*\}|\)|\d+", tex) else f"{{{tex}}}"


def _fraction(node: _Node) -> str:
    return f"\\frac{{{_part(node, 0)}}}{{{_part(node, 1)}}}"


def _power(node: _Node) -> str:
    if _part(node, 1) in ("\\prime", "'"):
        return _base(_part(node, 0)) + "'"
    return f"{_base(_part(node, 0))}^{_group(_part(node, 1))}"


def _index(node: _Node) -> str:
    return f"{_base(_part(node, 0))}_{_group(_part(node, 1))}"


def _both(node: _Node) -> str:
    return f"{_base(_part(node, 0))}_{_group(_part(node, 1))}^{_group(_part(node, 2))}"


def _root(node: _Node) -> str:
    return f"\\sqrt{{{_row(node)}}}"


def _nth_root(node: _Node) -> str:
    return f"\\sqrt[{_part(node, 1)}]{{{_part(node, 0)}}}"


def _takes_limits(base: str) -> bool:
    return base in ("\\sum", "\\prod", "\\int", "\\lim", "\\max", "\\min", "\\inf", "\\sup", "\\cup", "\\cap", "\\oint")


def _over(node: _Node) -> str:
    base, sign = _part(node, 0), _part(node, 1)
    accent = _ACCENTS.get(sign) or _ACCENTS.get({"\\to": "→"}.get(sign, ""))
    if accent:
        return f"\\{accent}{{{base}}}"
    return f"{base}^{_group(sign)}" if _takes_limits(base) else f"\\overset{{{sign}}}{{{base}}}"


def _under(node: _Node) -> str:
    base, sign = _part(node, 0), _part(node, 1)
    if sign in _ACCENTS:
        return f"\\{_ACCENTS[sign]}{{{base}}}"
    return f"{base}_{_group(sign)}" if _takes_limits(base) else f"\\underset{{{sign}}}{{{base}}}"


def _fenced(node: _Node) -> str:
    given = {name: "".join(values) for name, *values in _ATTRIBUTE.findall(node.attributes)}
    fences = {**_DEFAULT_FENCES, **given}
    separator = html.unescape(fences["separators"]).strip()[:1]
    opening, closing = (_row(_Node("", "", [_sign(c) for c in html.unescape(fences[e])])) for e in ("open", "close"))
    return opening + separator.join(node.children) + closing


def _table_row(node: _Node) -> str:
    return " & ".join(node.children)


def _matrix(node: _Node) -> str:
    rows = " \\\\ ".join(node.children)
    return f"\\begin{{matrix}}{rows}\\end{{matrix}}" if rows else ""


def _nothing(_node: _Node) -> str:
    return ""


def _space(_node: _Node) -> str:
    return " "


def _semantics(node: _Node) -> str:
    return _part(node, 0)


_LEAVES = frozenset(("mi", "mn", "mo", "mtext", "ms"))
_RULES: dict[str, Callable[[_Node], str]] = {
    "mi": _leaf, "mn": _leaf, "mo": _leaf, "mtext": _text, "ms": _text, "mfrac": _fraction, "msup": _power,
    "msub": _index, "msubsup": _both, "munderover": _both, "msqrt": _root, "mroot": _nth_root, "mover": _over,
    "munder": _under, "mfenced": _fenced, "mtable": _matrix, "mtr": _table_row, "mlabeledtr": _table_row,
    "mspace": _space, "annotation": _nothing, "mphantom": _nothing, "semantics": _semantics,
}  # fmt: skip
