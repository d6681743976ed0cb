"""What `banli doctor` looks at, one file per place."""
