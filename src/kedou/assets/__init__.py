"""Plain files that ship with the package: texts in both languages, data sets."""
