"""The pages of payments: each translates the request, calls one verb, and translates the answer back."""
