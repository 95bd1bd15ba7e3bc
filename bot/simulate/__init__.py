"""A clinic's months in seconds: invented patients and staff around the real planner, conversation and dispatch."""
