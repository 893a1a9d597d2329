"""The benchmark suite: what oscar-sync costs, as ratios to yardsticks of the same run."""
