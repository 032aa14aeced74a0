"""The style group of the page."""
