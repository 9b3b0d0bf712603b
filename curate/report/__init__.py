"""Shows what a run did: `tables` in the terminal, `webpage` in the browser, figures in the rest. Decides nothing."""
