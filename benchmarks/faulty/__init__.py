"""The parts of `bench faults`: its files, the people it writes to, its crew of workers, one campaign, the verdict."""
