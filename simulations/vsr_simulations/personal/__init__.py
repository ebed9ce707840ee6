"""What personal training gives each of many people, by the code that ships."""
