"""Models that score texts, their training and their corpora."""

if "." not in __name__:  # imported by its short name; `curate.short_names` says what that stands for
    __import__("curate.short_names").short_names.stand_for(__name__)
