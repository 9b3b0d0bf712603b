"""A run measured by labels of one's own: pages drawn in strata, a sheet to label, what labels say of the run."""
