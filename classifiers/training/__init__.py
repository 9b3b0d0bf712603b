"""How the models are trained: corpora, labelled sets, and the numbers of their cards."""
