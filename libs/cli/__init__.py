"""The `hotline` command for the people who run the hotline and for those who check it by hand.

Provisions a server, checks and applies province packs, answers questions about deadlines, fields and
places without a running system, and drives backup, restore, rebuild and replay. One module a subject.
"""
