"""The graph of services and buckets in each format."""
