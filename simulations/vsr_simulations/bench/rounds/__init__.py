"""Seconds a round takes in a deployment on loopback: VSR's secure sum, VSR without it, Flower's own FedAvg."""
