from hypothesis import settings

# How long one example takes says something about the machine, not about the promise.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
