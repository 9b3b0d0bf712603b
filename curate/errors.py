"""Errors by blame: what the user can put right, and what the input is; a bug of ours has no class here."""


class CurateError(Exception):
    """Something outside the program is wrong; the message is one line a user can act on."""


class UsageError(CurateError):
    """A recipe, an argument or a path is wrong; nothing was started. Exit code 2."""


class NotAnArchiveError(CurateError):
    """The input is no web archive at all, such as an HTML error page saved under a WARC name."""


class IncompleteRunError(CurateError):
    """Some splits failed after their retries; the rest finished. Exit code 1."""


class SourceError(CurateError):
    """A remote file cannot be read, for good or after every retry; the split that needed it is lost.

    No OSError on purpose: what decodes streams takes an OSError for damage in the file and goes on.
    """
