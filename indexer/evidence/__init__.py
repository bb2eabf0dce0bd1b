"""Evidence that the files are what the configuration says, looked for before a scan: `never` rests on it."""
