from tests.reliability.figures import tell

__all__ = ["tell"]
