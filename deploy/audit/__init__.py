"""make audit: what we depend on, its licences, what of it is known to be vulnerable; and secrets left behind."""
