"""What the server refuses, damages or cannot build: found before anything is sent."""
