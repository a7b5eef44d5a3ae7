"""What is done to one model on a running server: a module for each probe. None of them judges."""
