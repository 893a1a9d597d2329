"""`oscar-sync.yaml`, oscar-cli's file and the environment to settings. Only `load` touches files."""
