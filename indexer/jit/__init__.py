"""How kernels are compiled and kept, and instructions they use that Python has no word for."""
