"""Works on finished runs: checks them, cleans them, and takes pages out of them."""
