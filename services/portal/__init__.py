"""The citizens' pages: hand in a request, follow it, read published answers and questions with answers.

Reads all case facts and CLOCKS; writes nothing itself (its forms post to intake); keeps a public read model
without a name, a phone number or an address: who tracks a case proves it by code and four digits, of which
only an HMAC is kept, or by the link, of which only a digest is kept.
"""
