"""The values a folded character has beyond its code point; tables are made with them and compiled loops read them."""

EXPANDED = 1 << 30  # the rest of the value is a row of the expansions
APOSTROPHE, POINT = 2, 3  # passed over inside a word; passed over between two digits
