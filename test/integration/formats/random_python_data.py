"""Prints, one per line as JSON, random plain data as Python writes it: pickles of every protocol, and literals."""

import json
import pickle
import random
import sys

random.seed(int(sys.argv[1]))
TEXTS = ["", "a", "it's", 'say "it"', "both ' and \"", "\\", "tab\tline\nreturn\r", "\x00\x7f\x9f\xad", "ä€😀", "x" * 300, "\u2028"]
FLOATS = [0.5, -0.0, 1e-05, 1e-4, 1e16, 1.5e300, 5e-324, 123456789.125, 0.1, -2.5e-07]
INTS = [0, -1, 255, 256, 65535, 65536, -(2**31), 2**31, 2**53 - 1, -(2**53) + 1]


def value(depth):
    kind = random.randrange(10 if depth else 7)
    if kind == 0:
        return random.choice([None, True, False])
    if kind == 1:
        return random.choice(INTS)
    if kind == 2:
        return random.choice([*FLOATS, random.gauss(0, 1000)])
    if kind == 3:
        return random.choice(TEXTS)
    if kind == 4:
        return random.randbytes(random.choice([0, 1, 3, 300]))
    if kind == 5:
        return [random.uniform(-9, 9) for _ in range(random.choice([1, 2, 1005]))]
    if kind == 6:
        return [random.randrange(256) for _ in range(random.choice([1, 20, 2300]))]
    if kind == 7:
        return [value(depth - 1) for _ in range(random.randrange(4))]
    if kind == 8:
        return tuple(value(depth - 1) for _ in range(random.randrange(5)))
    return {random.choice(TEXTS): value(depth - 1) for _ in range(random.randrange(4))}


def plain(item):
    """What JSON can hold of it."""
    if type(item) is bytes:
        return {"bytes": item.hex()}
    if type(item) is tuple:
        return {"tuple": [plain(inner) for inner in item]}
    if type(item) is list:
        return [plain(inner) for inner in item]
    if type(item) is dict:
        return {"dict": [[key, plain(inner)] for key, inner in item.items()]}
    return item


for _ in range(int(sys.argv[2])):
    root = {"root": value(3), "shared": None}
    root["shared"] = root["root"]
    pickles = [pickle.dumps(root, protocol).hex() for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    print(json.dumps({"plain": plain(root), "pickles": pickles, "literal": str(root)}))
