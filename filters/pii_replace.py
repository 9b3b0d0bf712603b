"""Makes what stands in the place of personal data: a tag, a keyed pseudonym, or a natural placeholder."""

import hashlib
import unicodedata

# Numbers and addresses that nobody has; `find` passes over all of them, so redacting again changes nothing.
_NAMES = ("alex", "chris", "jamie", "kim", "lee", "pat", "robin", "sam")
_NATURAL = frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "STREET_ADDRESS", "IP_ADDRESS"})


def pseudonym(value: str, entity: str, key: bytes) -> str:
    """Letters only, so that no pseudonym can look like a number; the value is compared without case and separators.

    The hash is keyed with what is derived from the key for this use alone: a plain hash of the key, which the manifest
    has in a recipe's fingerprint, gives nothing away.
    """
    plain = unicodedata.normalize("NFKC", value).casefold()
    kept = "@.+" if "@" in plain else ""
    plain = "".join(char for char in plain if char.isalnum() or char in kept)
    message = f"{entity}\0{plain}".encode("utf-8", "surrogatepass")
    derived = hashlib.blake2b(key, digest_size=32, person=b"pii.pseudonym").digest()
    digest = hashlib.blake2b(message, key=derived, digest_size=8).hexdigest()
    return digest.translate(str.maketrans("0123456789", "ghijklmnop"))


class Placeholders:
    """Natural placeholders of one document: the same value has the same one, and each further value the next.

    Where they start is a hash of the document's text, so documents differ and nothing has to be remembered between
    them. They say nothing about the value: that it was an address, and which of the document's addresses, is all.
    """

    def __init__(self, text: str) -> None:
        """Start for a document's whole text."""
        self.first = int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest())
        self.known: dict[tuple[str, str], str] = {}

    def of(self, value: str, entity: str, *, goes_on: bool = False) -> str:
        """The placeholder of a value, which may go on with the address before it; a tag where there is no natural one.

        >>> page = Placeholders("a page")
        >>> page.of("jo@brook.org", "EMAIL_ADDRESS") == page.of("JO@brook.org", "EMAIL_ADDRESS")
        True
        >>> page.of("x", "CREDIT_CARD")
        '<CREDIT_CARD>'
        """
        if entity not in _NATURAL:
            return f"<{entity}>"
        if entity == "STREET_ADDRESS" and goes_on:
            return "Exampletown"
        plain = "".join(char for char in value.casefold() if char.isalnum() or char in "@.")
        if (entity, plain) not in self.known:
            number = self.first + sum(known == entity for known, _ in self.known)
            self.known[entity, plain] = _placeholder(entity, number)
        return self.known[entity, plain]


def _placeholder(entity: str, number: int) -> str:
    if entity == "EMAIL_ADDRESS":
        return f"{_NAMES[number % len(_NAMES)]}{number // len(_NAMES) % 900 + 100}@example.org"
    if entity == "PHONE_NUMBER":
        return f"555-555-{number % 10000:04}"
    if entity == "IP_ADDRESS":
        return f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"
    return f"{number % 90 + 10} Example Street"
