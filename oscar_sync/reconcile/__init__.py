"""One pass through the rooms: files to a desired state, live state, plan, results, report."""
