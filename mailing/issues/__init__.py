"""Issues of a newsletter: begun, put together from blocks, checked, and made into mail."""
