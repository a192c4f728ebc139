"""The desk's side of the telephone: who rings, who is owed a call back, what became of a transfer.

Reads CALLS into tables of its own; writes `call:called-back`, and `call-transferred` on the case of a call.
"""
