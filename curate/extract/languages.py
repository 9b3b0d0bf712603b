"""Reads the language of a code listing where its markup states it."""

import re
from typing import NamedTuple

from curate.extract import page as p
from curate.extract.page import Page
from curate.extract.tags import NUMBER

# The order is stored in spans: new names go to the end. The first name is written, the rest mean the same.
LANGUAGES = (
    "bash sh shell console terminal zsh shell-session shellsession sh-session", "python py python3 py3 pycon ipython3",
    "javascript js jsx node mjs", "typescript ts tsx", "json jsonc json5", "html markup xhtml htm", "css", "scss sass",
    "less", "xml svg", "yaml yml", "toml", "ini cfg conf properties", "java", "kotlin kt", "scala", "groovy gradle",
    "c", "cpp c++ cxx cc", "csharp c# cs", "objectivec objc objective-c", "swift", "go golang", "rust rs",
    "ruby rb irb",
    "php", "perl pl", "lua", "r rlang", "julia jl", "matlab octave", "sql mysql postgresql pgsql plsql tsql sqlite",
    "powershell ps1 posh pwsh", "batch bat cmd dos", "dockerfile docker", "makefile make", "cmake", "diff patch udiff",
    "markdown md", "latex tex", "haskell hs", "elixir ex exs iex", "erlang erl", "clojure clj", "lisp elisp emacs-lisp",
    "scheme racket", "ocaml ml", "fsharp f#", "dart", "graphql gql", "protobuf proto", "terraform hcl tf", "nginx",
    "apache apacheconf", "http", "vb vbnet vb.net vba", "asm nasm assembly", "fortran", "pascal delphi", "vim viml",
    "awk", "django jinja jinja2 twig liquid", "erb", "handlebars hbs", "solidity sol", "zig", "nim", "crystal", "vue",
    "svelte", "rst restructuredtext", "text plain plaintext txt none nohighlight", "wasm wat", "prolog", "verilog",
    "vhdl", "cuda", "glsl hlsl", "nix", "d dlang", "actionscript as3", "coffeescript coffee", "haml", "pug jade",
)  # fmt: skip
NAMES = tuple(row.split()[0] for row in LANGUAGES)
_NUMBERS = {name: number for number, row in enumerate(LANGUAGES) for name in row.split()}
_TEXT = NAMES.index("text")

# How far up from a listing its language may be stated, and how much of a tag is read.
MAX_LEVELS = 3
MAX_TAG_BYTES = 400

_PREFIXED = re.compile(
    r"(?:language|lang|highlight-source|highlight-text|highlight|brush|sourcecode|source|code)[-:=]\s*[\"']?([a-z+#][\w+#.-]*)"
)
_CLASS = re.compile(r"\bclass\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
_OWN_TAG = re.compile(r"[^>]*>\s*(?:<code\b[^>]*>?)?")
_PRE, _LISTING = NUMBER["pre"], NUMBER["listing"]
_HINTS = ("code", "highlight", "prettyprint", "syntax", "<code", "hljs")


class Language(NamedTuple):
    """A language's name and number in spans, '' and 0 where none is stated, and whether anything says it is code."""

    name: str
    number: int
    is_code: bool


def language_of(page: Page, element: int) -> Language:
    """Return what the tags around a listing say of its language, the nearest first."""
    is_code = False
    for level in range(MAX_LEVELS + 1):
        if element <= 0:
            break
        at = int(page.elements[element, p.AT])
        tag = page.html[at : at + MAX_TAG_BYTES].tobytes().decode("utf-8", "replace").lower()
        found = _OWN_TAG.match(tag)
        tag = (found[0] if level == 0 else found[0].partition(">")[0]) if found else tag
        number = _stated(tag, is_listing=level == 0)
        if number >= 0:
            return Language("" if number == _TEXT else NAMES[number], number + 1, number != _TEXT)
        is_code |= level <= 1 and any(hint in tag for hint in _HINTS)
        element = int(page.elements[element, p.PARENT])
    return Language("", 0, is_code)


def _stated(tag: str, *, is_listing: bool) -> int:
    """The number of the language a tag names, or -1; only a listing's own class may name it without a prefix."""
    for found in _PREFIXED.finditer(tag):
        if found[1] in _NUMBERS:
            return _NUMBERS[found[1]]
    if is_listing:
        for names in _CLASS.findall(tag):
            for name in "".join(names).replace(";", " ").split():
                if name in _NUMBERS and len(name) > 1:
                    return _NUMBERS[name]
    return -1
