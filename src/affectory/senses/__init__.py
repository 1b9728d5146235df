"""Payload of a record to numbers: words, hashes, weighted lists; no emotion, no paper."""
