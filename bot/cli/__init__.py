"""The commands of sanad: argument parsing and exit codes only."""
