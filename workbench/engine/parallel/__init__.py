"""Work in other processes, on this machine or a cluster: a workspace is sent as a value, results come back."""
