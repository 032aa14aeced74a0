"""Small things every part of the page is made of."""
