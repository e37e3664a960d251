"""One verb a file: what the program does, told in the words of the domain."""
