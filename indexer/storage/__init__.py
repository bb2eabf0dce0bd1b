"""Bytes in files, here or on an object store, packed or not."""
