"""The same classes elsewhere and at other times: a list of requests in, one legend for all of them out."""
