"""What is done with a finished run: checked, cleaned, and pages taken out of it."""
