"""Flower's simulation engine with a Keras `fit` client, in the three files of its TensorFlow quickstart."""
