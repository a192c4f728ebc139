"""Every message that crosses a service boundary, declared once: facts, subjects, streams, permissions.

Reads nothing, writes nothing: pydantic models and plain tables, so that any service, test or tool
can import them without bringing a network or a database along.
"""
