"""Reads a mail as it came over the wire: what kind it is, who wrote it, what they say and what they enclose.

Pure: bytes go in, a value comes out, whatever the bytes are. Nothing here answers, stores or fetches.
"""
