"""The report: `tables` for the terminal, `webpage` for the browser, and the figures behind both. It decides nothing."""
