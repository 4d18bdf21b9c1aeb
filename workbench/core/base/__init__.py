"""What everything uses: errors, jobs, files, numbers in words, languages, differences between systems."""
