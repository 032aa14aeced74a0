"""The style sheet of the page."""
