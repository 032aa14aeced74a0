"""What is asked of a result: one question a file."""
