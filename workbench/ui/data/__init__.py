"""Checking data before it is used."""
