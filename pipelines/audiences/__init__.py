"""Audience packages (人群包): consenting people, as the plain hashes that an ad platform takes."""
