"""What grows with a house: bulk loading, the check of what was loaded, and the measurements."""
