"""The table: its schema, how partials become it, and the one place that opens DuckDB."""
