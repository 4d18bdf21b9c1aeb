"""Original and recipe on corrupted samples."""
