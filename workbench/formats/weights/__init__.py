"""Files of weights without a network: safetensors and state dicts, read without torch and without running code."""
