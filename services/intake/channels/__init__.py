"""Channels: each module here is a kind of channel, with a function `channel(row) -> Channel`.

A channel is that module plus a table of `channels.toml` that names it as its `kind`; nothing else knows it.
Nothing here touches a network, a file or a clock.
"""
