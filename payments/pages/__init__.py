"""What the pages of payments show: each function fetches what its template needs, in one go, and says it in words."""
