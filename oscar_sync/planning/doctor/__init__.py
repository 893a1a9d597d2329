"""What `doctor` finds on a cluster, one module for each subject, and what removes it."""
