"""What OSCAR means: one file a subject, each rule with its source. Pure."""
