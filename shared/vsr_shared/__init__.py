"""What client, server and simulations share: voices, the network, the learning, the messages of a round."""

__version__ = "0.1.0"
