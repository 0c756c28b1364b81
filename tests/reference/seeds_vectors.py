"""Prints the golden seeds in tests/seeds_test.cpp. Needs the Python module xxhash."""

import xxhash

for factor in ("init", "order", "augment", "dropout"):
    for replica in (0, 3):
        text = f"ndbench seeds 1\n2021\n{factor}\n{replica}\nresnet8"
        print(factor, replica, hex(xxhash.xxh3_64_intdigest(text.encode())))

for replica in (1, 3):
    text = f"ndbench ulp 1\n2021\n{replica}\nresnet8"
    print("ulp", replica, hex(xxhash.xxh3_64_intdigest(text.encode())))
