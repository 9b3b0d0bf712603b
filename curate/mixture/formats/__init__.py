"""The formats that trainers read, a module each."""
