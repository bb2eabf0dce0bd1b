"""Who goes where: query files, splits and their manifests."""
