"""From finished runs to a trainer: which documents, how often, in which order, as which tokens, in which format."""
