"""Files elsewhere: what names them, ranges read over HTTP, S3, and a finished run published."""
