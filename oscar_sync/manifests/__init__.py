"""FDL files, their scripts and overlays to services in normal form. Only `load` touches files."""
