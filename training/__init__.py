"""From labelled messages to a bundle that the service can trust. Offline; imports service."""
