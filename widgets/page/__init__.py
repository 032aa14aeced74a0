"""The page as a whole: its address, its header, its messages."""
