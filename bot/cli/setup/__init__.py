"""The first set-up: what is answered, what is asked, what is written, and the first deeds in the new house."""
