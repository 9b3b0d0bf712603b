"""`python -m curate` is the command `curate`; a library that is not installed is one line here, too."""

import sys

from curate.extras import MissingExtraError

USAGE_EXIT = 2


def main() -> int:
    """Run the command; returns its exit code, 2 where an extra of the installation is missing."""
    try:
        from curate.cli import main as command

        return command()
    except MissingExtraError as error:
        print(f"curate: {error}", file=sys.stderr)
        return USAGE_EXIT


if __name__ == "__main__":
    sys.exit(main())
