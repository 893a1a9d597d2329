"""What lies on this machine: the fingerprint key and the locks."""
