"""Broken input by the thousand: every case ends as it should, in words, and nothing hangs or falls."""
