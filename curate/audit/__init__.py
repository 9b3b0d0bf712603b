"""Measures a run by labels of one's own: pages are drawn in strata, labelled on a sheet, and added up."""
