"""The formats of web archives: members, records, HTTP, below `curate.warc`."""
