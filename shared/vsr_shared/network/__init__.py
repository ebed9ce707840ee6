"""DenseNet201 as frozen trunk, trainable tail and head."""
