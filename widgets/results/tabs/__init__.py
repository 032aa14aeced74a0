"""What a result can be asked: one tab a question, each in a file of its own."""
