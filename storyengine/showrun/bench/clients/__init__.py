"""The simulated crowds of the benchmarks: programs of their own, so that they load no process that is measured."""
