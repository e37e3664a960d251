"""The ten promises as checks that can fail, run against fresh installations of the program."""
