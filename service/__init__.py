"""Signalbox in production: from a customer's message to the team that answers it."""
