"""The canary: a case of our own each hour that goes the whole way, so that a silent failure is noticed."""

CANARY = "canary"
"""Its channel, which no pack declares and only the desk's key may use; also the rule of its slip and the
reason of its end. Whoever counts, lists, shows or writes letters leaves cases of this channel out.
"""
