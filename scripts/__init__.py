"""The `scf` command line, the demo and the benchmarks."""
