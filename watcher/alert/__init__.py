"""What a person is told: composing, routing and laying out alerts. Pure: values in, values out."""
