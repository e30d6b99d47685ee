"""Files of the registry: sent in parts, judged before anything is done, started, followed; refused rows mended."""
