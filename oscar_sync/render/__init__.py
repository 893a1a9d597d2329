"""Words, tables and documents from plans and reports. Pure, and never with a secret."""
