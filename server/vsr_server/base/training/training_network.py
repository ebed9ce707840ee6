"""The network as it is trained: the backbone, the head that ships, and a second head for the eight emotions.

Keras' backend-neutral API alone: it trains under TensorFlow, JAX and PyTorch. Keras is imported inside.
"""

from typing import TYPE_CHECKING, Any

from vsr_server.base.training.recipe import Phase, Recipe
from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError
from vsr_shared.network.keras_model import build_network
from vsr_shared.network.parts import TAIL_SHAPES

if TYPE_CHECKING:
    import keras

HEAD_LAYERS = ("hidden", "polarity", "emotion")
_TAIL_LAYERS = {name.split("/")[0] for name in TAIL_SHAPES}


def training_network(recipe: Recipe, image_shape: tuple[int, int]) -> "keras.Model":
    """Return the network with outputs [polarity (n, 2), emotion (n, 8)] for images of `image_shape`.

    Seeded by the recipe. Raises UsageError where ImageNet's weights are wanted but cannot be had.
    """
    import keras

    keras.utils.set_random_seed(recipe.seed)
    keras.mixed_precision.set_global_policy("mixed_bfloat16" if recipe.mixed_precision else "float32")
    try:
        network = _backbone_and_head(recipe, image_shape)
    except (OSError, ValueError) as error:
        if recipe.weights is None:
            raise
        raise UsageError(f"ImageNet's weights cannot be fetched ({error}); train from scratch instead") from error
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = recipe.batch_norm_momentum
    emotion = keras.layers.Dense(len(Emotion), activation="softmax", name="emotion", dtype="float32")
    hidden = network.get_layer("hidden").output
    return keras.Model(network.input, [network.output, emotion(hidden)], name="vsr_training")


def shipped_part(network: "keras.Model") -> "keras.Model":
    """Return `network` without its emotion head: images in, polarity (n, 2) out; the weights are shared."""
    import keras

    return keras.Model(network.input, network.get_layer("polarity").output, name="vsr_densenet201")


def prepare_phase(network: "keras.Model", phase: Phase, recipe: Recipe) -> None:
    """Make what `phase` trains trainable, and compile `network` for it."""
    import keras

    for layer in network.layers:
        layer.trainable = _learns(layer, phase)
    schedule: Any = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=phase.learning_rate / (recipe.warmup_steps + 1),
        decay_steps=max(1, phase.steps - recipe.warmup_steps),
        warmup_target=phase.learning_rate,
        warmup_steps=min(recipe.warmup_steps, phase.steps - 1),
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=recipe.weight_decay, global_clipnorm=recipe.clip_norm, epsilon=1e-8
    )
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    network.compile(
        optimizer=optimizer,
        loss=[keras.losses.CategoricalCrossentropy(), keras.losses.CategoricalCrossentropy()],
        loss_weights=[1.0, recipe.emotion_weight],
        jit_compile=False,
    )
    optimizer.build(network.trainable_variables)


def _learns(layer: "keras.Layer", phase: Phase) -> bool:
    if phase.layers == "all" or layer.name in HEAD_LAYERS:
        return True
    return phase.layers == "tail" and layer.name in _TAIL_LAYERS


def _backbone_and_head(recipe: Recipe, image_shape: tuple[int, int]) -> "keras.Model":
    import keras

    if recipe.backbone == "densenet201":
        return build_network(image_shape, recipe.weights)
    shape = (*image_shape, 3)
    if recipe.backbone == "small_cnn":
        base = _small_cnn(shape)
    else:
        make = {"resnet50": keras.applications.ResNet50, "xception": keras.applications.Xception}[recipe.backbone]
        base = make(include_top=False, weights=recipe.weights, input_shape=shape)
    pooled = keras.layers.GlobalAveragePooling2D(name="pool_features")(base.output)
    hidden = keras.layers.Dense(256, activation="relu", name="hidden")(pooled)
    polarity = keras.layers.Dense(2, activation="softmax", name="polarity", dtype="float32")(hidden)
    return keras.Model(base.input, polarity, name=f"vsr_{recipe.backbone}")


def _small_cnn(shape: tuple[int, int, int]) -> "keras.Model":
    """Four convolutions of 16 to 128 channels, each halving the image: the seed's own comparison."""
    import keras

    image = keras.Input(shape)
    maps = image
    for channels in (16, 32, 64, 128):
        maps = keras.layers.Conv2D(channels, 3, padding="same", use_bias=False)(maps)
        maps = keras.layers.BatchNormalization()(maps)
        maps = keras.layers.Activation("relu")(maps)
        maps = keras.layers.MaxPooling2D(2)(maps)
    return keras.Model(image, maps)
