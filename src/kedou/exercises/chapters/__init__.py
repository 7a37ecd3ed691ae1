"""The exercises, a file for each chapter: ``EXERCISES``, by name."""
