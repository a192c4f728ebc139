"""What intake decides, pure: which case words belong to, what they become, whether they look like junk."""
