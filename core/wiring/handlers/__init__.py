"""Who carries out which command: one module for each room that carries out many."""
