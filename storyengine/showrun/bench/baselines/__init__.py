"""What the benchmarks compare the product with: the plainest programs that do the same work."""
