"""How fast is the scan, beside its peers and beside reading the ids? ``python -m benchmarks`` measures."""
