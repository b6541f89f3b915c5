"""The HTTP face of Signalbox."""
