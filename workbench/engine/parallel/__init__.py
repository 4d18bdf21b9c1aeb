"""Work in other processes, of this machine or of a cluster: a workspace travels as a value, results come back."""
