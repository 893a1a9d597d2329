"""`oscar-sync.yaml`, oscar-cli's file and the environment to settings; `load` touches files."""
