"""`python -m curate` is the command `curate`."""

import sys

from curate.cli import main

sys.exit(main())
