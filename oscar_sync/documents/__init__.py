"""YAML and JSON text to values with places, and back to places. Pure."""
