"""HTTP to OSCAR: session, log-in, retries, typed answers. ``requests`` lives here only."""
