"""The pages of complaints: each translates the request, calls one verb, and translates the answer back."""
