"""Photos, documents and sounds that citizens send: told by their bytes, cleaned, scanned, and kept once.

`open_files(js)` gives `Files`: `put` never raises for bad content, `Attached.lost` says why it was not taken;
`get` gives back only what may be shown. They lie in the JetStream object store FILES, or in S3 by setting.
"""
