"""What an input is: names to files, files to splits, a split to pages; text rows; files elsewhere."""
