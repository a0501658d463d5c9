"""What Keepword decides, without I/O, clocks or randomness: times and facts come in, what to do goes out."""
