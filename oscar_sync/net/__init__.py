"""The ground floor of the network: proxies, trust, decoding and time, one reading for all peers."""
