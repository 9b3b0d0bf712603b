"""The kinds of places that `pii_scan` finds in a text, and the words and prefixes that it looks for.

Recognisers take `Places`: a list of (start, end) for each kind, in order. A place is where a pattern is tried; only a
number, a run of digits and a spelled-out `@` have an end.
"""

Places = list[list[tuple[int, int]]]

(
    RUN,  # of digits and separators, long enough for a phone number
    NUMBER,  # that may be a part of an address
    MASKED,  # the four digits that are shown of a number
    AT,
    AT_IN_WORDS,
    AT_IN_BRACKETS,
    API_KEY,
    IBAN,
    NATIONAL,
    NAMED,  # a word that names a number of identity
    PASSWORD,  # a word that names a password
    IN_URL,
    IPV6,
) = range(13)
KINDS = 13

NAMES = (
    "account", "acct", "a/c", "passport", "vat", "tax id", "taxid", "tin ", "ein", "abn", "acn", "gst",
    "ust-id", "cif", "cpf", "cnpj", "инн", "company", "registered in", "national i", "identity card", "aadha", "nhs",
    "medical rec", "mrn", "alien", "routing", "sort code",
    "medicare", "steuer", "pesel", "konto", "bsn", "personnummer", "cpr", "nif", "nie ", "curp", "cuit",
    "social insurance", "tax file", "pps", "cédula", "снилс", "паспорт", "personalausweis", "身份证", "주민등록번호",
    "マイナンバー",
)  # fmt: skip
PASSWORD_WORDS = (
    "pass", "pwd", "pin", "access code", "security code", "door code", "entry code",
    "gate code", "wifi", "wi-fi", "api", "secret", "token",
    "contraseña", "kennwort", "mot de p", "senha", "пароль",
)  # fmt: skip
KEY_STARTS = (
    "AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xoxa", "xoxb", "xoxp", "xoxr",
    "xoxs", "AIza", "rk_live_", "sk_live_", "sk-", "hf_", "npm_", "SG.", "eyJ",
)  # fmt: skip

# What patterns take for one letter in any case, and what `str.lower` makes of letters at a word's end.
SAME_LETTERS = str.maketrans("İıſς", "iisσ")
