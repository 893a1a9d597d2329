"""From what should be and what is to what would be done. Pure."""
