"""Methods of personalisation, each one small file over the learning core that ships."""
