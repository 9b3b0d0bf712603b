"""Shows the pages of a finished run in a browser of this machine: searched, filtered, read, and labelled."""
