"""One file per format; each describes its bytes and knows no other."""
