"""Many patients enrolled from one list: read in, judged row by row, enrolled in batches."""
