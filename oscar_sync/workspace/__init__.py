"""What is kept on this machine: the fingerprint key and the locks."""
