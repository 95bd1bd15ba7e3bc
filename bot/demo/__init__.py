"""The demo: the real product with telephones on the screen and days that pass in seconds."""
