"""Class names that say what an element is, not whether it is content: a table, and what the compiled code reads."""

from curate.extract.byte_hashes import hash_bytes, table_of

# What a class name says of its element.
DRAWN_FORMULA = 1  # what MathJax drew; the formula itself is in a script beside it
COPIED_FORMULA = 2  # what KaTeX drew; it repeats the formula that ends right before it
GUTTER = 4  # numbers of lines
LINE = 8  # a line of code, if around it is what is for code
CODE_LINE = 16  # a line of code anywhere
CODE_BOX = 32  # around code
CAPTION = 64
GUTTER_CELL = 128  # numbers of lines, if it is a table's cell

NAMES = {
    DRAWN_FORMULA: "MathJax MathJax_Display MathJax_Preview MathJax_SVG MathJax_SVG_Display MathJax_CHTML mjx-chtml",
    COPIED_FORMULA: "katex-html",
    GUTTER: "lineno linenos linenodiv line-number linenumber lnt blob-num hljs-ln-numbers hljs-ln-n rouge-gutter "
    "crayon-nums crayon-num codemirror-linenumber codemirror-gutter-wrapper react-syntax-highlighter-line-number "
    "code-gutter line-num lno gutter-line",
    LINE: "line cl",
    CODE_LINE: "crayon-line code-line view-line codemirror-line blob-code-inner hljs-ln-code",
    CODE_BOX: "highlight syntaxhighlighter crayon-pre code code-block codeblock code-box sourcecode source-code "
    "listing programlisting prettyprint codehilite code-wrapper code-content container-code code-listing",
    CAPTION: "wp-caption-text gallery-caption thumbcaption image-caption photo-caption caption-text figcaption",
    GUTTER_CELL: "gutter",
}
# Attribute values that list names are hashed with this first, see `attributes`.
WHOLE = 1

_flags: dict[int, int] = {}
for _flag, _names in NAMES.items():
    for _name in _names.lower().split():
        _key = hash_bytes(_name.encode(), WHOLE)
        _flags[_key] = _flags.get(_key, 0) | _flag
CLASS_HASHES, CLASS_FLAGS = table_of(_flags, 8)
