"""Kedou (蝌蚪): see how a machine finds a line, and find it."""
