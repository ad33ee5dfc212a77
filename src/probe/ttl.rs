//! A sampled TTL histogram that forecasts the next expiry cliff.
