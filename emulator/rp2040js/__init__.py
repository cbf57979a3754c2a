"""A second opinion on RP2040 images: the same scenario on rp2040js, which models this chip in detail."""
