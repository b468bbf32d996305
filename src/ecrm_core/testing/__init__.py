"""Testing: for authors of adapters and plugins: contracts to pass, faults to survive."""

__all__: list[str] = []
