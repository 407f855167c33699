"""The lecture “LSTM”."""
