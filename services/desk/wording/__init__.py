"""Standard texts of the agencies and the province, and the letters of the pack, as people change them."""
