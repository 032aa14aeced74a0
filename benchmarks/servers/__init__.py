"""The servers of the benchmarks, each in a process of its own on the loopback interface."""
