"""The pure part: facts in, flat records out. Instants are whole seconds since 1970, to be counted in SQL."""
