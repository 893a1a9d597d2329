"""An OSCAR server with its object store for one machine, sharing no code with the client."""
