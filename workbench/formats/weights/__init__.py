"""Files of weights alone: safetensors and state dicts, read here without torch and without running anything."""
