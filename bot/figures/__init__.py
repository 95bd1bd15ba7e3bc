"""What a clinic's work comes to, counted in the database."""
