"""Gateways for text messages and mail: send-only channels behind one port, and a loopback that keeps what was sent."""
