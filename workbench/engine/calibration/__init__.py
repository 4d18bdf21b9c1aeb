"""What a method may ask about a layer: weights, inputs, gradients."""
