from array import array

class Sequences:
    def __init__(self, steps: array[int], rows: array[int], features: array[int]) -> None: ...
