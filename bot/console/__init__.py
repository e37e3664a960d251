"""The caseworkers' console: pages and endpoints; only the browser opens what was sealed."""
