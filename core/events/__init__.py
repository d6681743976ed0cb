"""Everything that can have happened, as data, in the past tense. What arrives from a messenger is an Update instead."""
