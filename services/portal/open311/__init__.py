"""Open311 GeoReport v2 with service request updates, for programs of others: fields are its services.

Reads the portal's public read model; hands requests and updates to intake as the client "open311". The number
of a request is the name its published answer has: it tells how the request stands, never who sent it.
"""
