"""What a user takes away: files that can be understood in ten years, and the run as Python."""
