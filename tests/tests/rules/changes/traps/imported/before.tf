# Nothing is in the state yet.
