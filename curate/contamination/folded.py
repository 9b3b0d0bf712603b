"""Names the values that stand for more than one code point in a table of folded characters."""

EXPANDED = 1 << 30  # the rest of the value is a row of the expansions
APOSTROPHE, POINT = 2, 3  # passed over inside a word; passed over between two digits
