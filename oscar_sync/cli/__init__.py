"""The command line: builds the parts, one file a command. click lives here only."""
