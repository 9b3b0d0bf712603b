"""The study behind the report page: what a run's rows say beyond its counts. Only shows results, decides nothing."""
