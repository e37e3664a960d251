"""The composition root: settings, logs, keys and the one place where everything is wired."""
