"""Object stores: hooks, markers, listings, uploads. ``minio`` and ``obstore`` live here only."""
