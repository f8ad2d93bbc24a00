"""What the benchmarks of sending stand on: private servers, one newsletter, and looks at other processes."""
