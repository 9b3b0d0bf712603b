"""Stop words and limits by language, written by `bench/languages.py`; each limit with its source."""

STOP_WORDS: dict[str, tuple[str, ...]] = {
    "ar": tuple("في من على أن إلى عن أو التي".split()),
    "cs": tuple("na se je do že pro to ve".split()),
    "de": tuple("der die und in den von das mit sie auf zu für ein ist".split()),
    "es": tuple("de la que el en los un las se con es para no del ms una".split()),
    "fr": tuple("de la et le les des en du un une est dans par pour".split()),
    "id": tuple("yang dan dengan di itu tidak untuk orang".split()),
    "ja": tuple("の い て し で な が に と る す た は ま を か れ も り う っ ら こ く ん き".split()),
    "pt": tuple("de que do da com para em os um no não se na por".split()),
    "ru": tuple("не на что он но как по его".split()),
    "zh": tuple("的 一 是 不 了 有 人 在 我".split()),
}
LIMITS: dict[str, dict[str, tuple[float, str]]] = {
    "ar": {
        "min_words": (98, "0.01 quantile of words in 198 texts, worthy pages in scripts with spaces"),
        "min_mean_word_length": (3.46, ".8 of the least in language_sentences, 500 of them by tens"),
        "max_mean_word_length": (6.27, "1.2 of the greatest in language_sentences, 500 of them by tens"),
        "max_ellipsis_to_word_ratio": (
            0.02,
            "0.99 quantile of ellipsis_to_word_ratio in 198 texts, worthy pages in scripts with spaces",
        ),
        "max_ellipsis_line_fraction": (
            0.16,
            "0.99 quantile of ellipsis_line_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_letter_word_fraction": (
            0.84,
            "0.01 quantile of letter_word_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_stop_words": (2, "Gopher's number, of this language's words"),
    },
    "cs": {
        "min_words": (98, "0.01 quantile of words in 198 texts, worthy pages in scripts with spaces"),
        "min_mean_word_length": (3.69, ".8 of the least in language_sentences, 500 of them by tens"),
        "max_mean_word_length": (7.37, "1.2 of the greatest in language_sentences, 500 of them by tens"),
        "max_ellipsis_to_word_ratio": (
            0.02,
            "0.99 quantile of ellipsis_to_word_ratio in 198 texts, worthy pages in scripts with spaces",
        ),
        "max_ellipsis_line_fraction": (
            0.16,
            "0.99 quantile of ellipsis_line_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_letter_word_fraction": (
            0.84,
            "0.01 quantile of letter_word_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_stop_words": (2, "Gopher's number, of this language's words"),
    },
    "de": {
        "min_words": (98, "0.01 quantile of words in 198 texts, worthy pages in scripts with spaces"),
        "min_mean_word_length": (4.14, ".8 of the least in language_sentences, 500 of them by tens"),
        "max_mean_word_length": (7.83, "1.2 of the greatest in language_sentences, 500 of them by tens"),
        "max_ellipsis_to_word_ratio": (
            0.02,
            "0.99 quantile of ellipsis_to_word_ratio in 198 texts, worthy pages in scripts with spaces",
        ),
        "max_ellipsis_line_fraction": (
            0.16,
            "0.99 quantile of ellipsis_line_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_letter_word_fraction": (
            0.84,
            "0.01 quantile of letter_word_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_stop_words": (2, "Gopher's number, of this language's words"),
    },
    "es": {
        "min_words": (98, "0.01 quantile of words in 198 texts, worthy pages in scripts with spaces"),
        "min_mean_word_length": (3.34, ".8 of the least in language_sentences, 500 of them by tens"),
        "max_mean_word_length": (6.6, "1.2 of the greatest in language_sentences, 500 of them by tens"),
        "max_ellipsis_to_word_ratio": (
            0.02,
            "0.99 quantile of ellipsis_to_word_ratio in 198 texts, worthy pages in scripts with spaces",
        ),
        "max_ellipsis_line_fraction": (
            0.16,
            "0.99 quantile of ellipsis_line_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_letter_word_fraction": (
            0.84,
            "0.01 quantile of letter_word_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_stop_words": (2, "Gopher's number, of this language's words"),
    },
    "fr": {
        "min_words": (98, "0.01 quantile of words in 198 texts, worthy pages in scripts with spaces"),
        "min_mean_word_length": (3.71, ".8 of the least in language_sentences, 500 of them by tens"),
        "max_mean_word_length": (6.79, "1.2 of the greatest in language_sentences, 500 of them by tens"),
        "max_ellipsis_to_word_ratio": (
            0.02,
            "0.99 quantile of ellipsis_to_word_ratio in 198 texts, worthy pages in scripts with spaces",
        ),
        "max_ellipsis_line_fraction": (
            0.16,
            "0.99 quantile of ellipsis_line_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_letter_word_fraction": (
            0.84,
            "0.01 quantile of letter_word_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_stop_words": (2, "Gopher's number, of this language's words"),
    },
    "id": {
        "min_words": (98, "0.01 quantile of words in 198 texts, worthy pages in scripts with spaces"),
        "min_mean_word_length": (4.34, ".8 of the least in language_sentences, 500 of them by tens"),
        "max_mean_word_length": (7.75, "1.2 of the greatest in language_sentences, 500 of them by tens"),
        "max_ellipsis_to_word_ratio": (
            0.02,
            "0.99 quantile of ellipsis_to_word_ratio in 198 texts, worthy pages in scripts with spaces",
        ),
        "max_ellipsis_line_fraction": (
            0.16,
            "0.99 quantile of ellipsis_line_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_letter_word_fraction": (
            0.84,
            "0.01 quantile of letter_word_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_stop_words": (2, "Gopher's number, of this language's words"),
    },
    "ja": {
        "min_words": (112, "0.01 quantile of words in 51 texts, worthy pages in scripts without spaces"),
        "min_mean_word_length": (
            1,
            "0.01 quantile of mean_word_length in 51 texts, worthy pages in scripts without spaces",
        ),
        "max_mean_word_length": (
            2.24,
            "0.99 quantile of mean_word_length in 51 texts, worthy pages in scripts without spaces",
        ),
        "max_ellipsis_to_word_ratio": (
            0.01,
            "0.99 quantile of ellipsis_to_word_ratio in 51 texts, worthy pages in scripts without spaces",
        ),
        "max_ellipsis_line_fraction": (
            0.1,
            "0.99 quantile of ellipsis_line_fraction in 51 texts, worthy pages in scripts without spaces",
        ),
        "min_letter_word_fraction": (
            0.9,
            "0.01 quantile of letter_word_fraction in 51 texts, worthy pages in scripts without spaces",
        ),
        "min_stop_words": (2, "Gopher's number, of this language's words"),
    },
    "pt": {
        "min_words": (98, "0.01 quantile of words in 198 texts, worthy pages in scripts with spaces"),
        "min_mean_word_length": (3.56, ".8 of the least in language_sentences, 500 of them by tens"),
        "max_mean_word_length": (6.47, "1.2 of the greatest in language_sentences, 500 of them by tens"),
        "max_ellipsis_to_word_ratio": (
            0.02,
            "0.99 quantile of ellipsis_to_word_ratio in 198 texts, worthy pages in scripts with spaces",
        ),
        "max_ellipsis_line_fraction": (
            0.16,
            "0.99 quantile of ellipsis_line_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_letter_word_fraction": (
            0.84,
            "0.01 quantile of letter_word_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_stop_words": (2, "Gopher's number, of this language's words"),
    },
    "ru": {
        "min_words": (98, "0.01 quantile of words in 198 texts, worthy pages in scripts with spaces"),
        "min_mean_word_length": (3.69, ".8 of the least in language_sentences, 500 of them by tens"),
        "max_mean_word_length": (7.39, "1.2 of the greatest in language_sentences, 500 of them by tens"),
        "max_ellipsis_to_word_ratio": (
            0.02,
            "0.99 quantile of ellipsis_to_word_ratio in 198 texts, worthy pages in scripts with spaces",
        ),
        "max_ellipsis_line_fraction": (
            0.16,
            "0.99 quantile of ellipsis_line_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_letter_word_fraction": (
            0.84,
            "0.01 quantile of letter_word_fraction in 198 texts, worthy pages in scripts with spaces",
        ),
        "min_stop_words": (2, "Gopher's number, of this language's words"),
    },
    "zh": {
        "min_words": (112, "0.01 quantile of words in 51 texts, worthy pages in scripts without spaces"),
        "min_mean_word_length": (
            1,
            "0.01 quantile of mean_word_length in 51 texts, worthy pages in scripts without spaces",
        ),
        "max_mean_word_length": (
            2.24,
            "0.99 quantile of mean_word_length in 51 texts, worthy pages in scripts without spaces",
        ),
        "max_ellipsis_to_word_ratio": (
            0.01,
            "0.99 quantile of ellipsis_to_word_ratio in 51 texts, worthy pages in scripts without spaces",
        ),
        "max_ellipsis_line_fraction": (
            0.1,
            "0.99 quantile of ellipsis_line_fraction in 51 texts, worthy pages in scripts without spaces",
        ),
        "min_letter_word_fraction": (
            0.9,
            "0.01 quantile of letter_word_fraction in 51 texts, worthy pages in scripts without spaces",
        ),
        "min_stop_words": (2, "Gopher's number, of this language's words"),
    },
}
